/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the html page that are the same for every timeline: what stands
 * before the drawing and behind it, with the script that zooms and searches.
 * Fixed texts: nothing from a tape gets into them; the script finds all that it
 * needs in the drawing.
 */
#ifndef ANALYZE_OUTPUTS_HTML_SCRIPT_H
#define ANALYZE_OUTPUTS_HTML_SCRIPT_H

extern const char html_before_title[];
extern const char html_before_drawing[];
extern const char html_after_drawing[];

#endif
