#!/usr/bin/env bash
# go vet on every module.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

modules | while read -r module; do
	echo "vet $module"
	(cd "$module" && go vet ./...)
done
