#!/usr/bin/env bash
# The linters of tools/, pinned there, on this system, the layers
# (tools/layers.txt), what every program links, the wording (tools/phrases.txt), and CI's workflows. Code that
# only another system uses would count as unused here; lint-all.sh checks for unused
# code.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

echo "workflows"
(cd tools && env -u GOOS -u GOARCH go build -o "$ROOT/bin/actionlint" github.com/rhysd/actionlint/cmd/actionlint)
bin/actionlint -shellcheck= -pyflakes= # those two only if installed: the same everywhere

echo "layers"
"$(tool importrule)" -table tools/layers.txt .

echo "dependencies"
if go list -deps ./zmq ./proactor | grep -E '/proactor/(sim|replay)$'; then
	echo "zmq and proactor must not import these: a program chooses them"
	exit 1
fi

echo "wording"
"$(tool wording)" -phrases tools/phrases.txt .

lint=$(tool lint)
echo "lint the library and the tool"
in_workspace "$lint" -checks inherit,-U1000 "${WORKSPACE[@]}"
other_modules | while read -r module; do
	echo "lint $module"
	(cd "$module" && "$lint" ./...)
done
