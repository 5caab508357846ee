# SPDX-License-Identifier: BSD-2-Clause
#
# What the checks share. A check is called with a folder (default: this
# repository), prints one line a fault, "path:line: what", and exits 1 if there
# was one. tests/check/run.sh also calls each one on tests/check/bad/<check>, a
# small tree of faults, so that a check that finds nothing any more is noticed.
set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd) || exit 1
root=${1:-$here/../..}
cd "$root" || exit 1

# The C sources of the tree.
c_sources() {
	for folder in format symbols bpf record analyze tests samples bench; do
		[ -d "$folder" ] && find "$folder" -name "*.[ch]" \
			! -path 'tests/check/bad/*'
	done | sort
}

# The scripts of the tree: by their first line, as most have no ending.
scripts() {
	for folder in scripts .ci tests bench samples; do
		[ -d "$folder" ] && find "$folder" -type f ! -path 'tests/check/bad/*' \
			! -path 'tests/fuzz/corpus/*' ! -name '*.tape' -size -200k
	done | sort | while read -r file; do
		head -c 2 "$file" | grep -q '^#!' && echo "$file"
	done
}

# Prints its input and remembers whether there was any, for `exit`.
faults() {
	awk '{ print; n++ } END { exit n > 0 }'
}
