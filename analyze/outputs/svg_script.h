/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The style and the script of a flame graph: zoom by click, search by regular
 * expression, details under the pointer. Fixed texts: nothing from a tape gets
 * into them; the script finds all that it needs in the drawing.
 */
#ifndef ANALYZE_OUTPUTS_SVG_SCRIPT_H
#define ANALYZE_OUTPUTS_SVG_SCRIPT_H

extern const char svg_style[];
extern const char svg_script[];

#endif
