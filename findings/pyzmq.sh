# Sourced by the scripts of this folder: puts Debian 12's libzmq and pyzmq into a
# temporary folder, and runs a Python program on standard input with them.
# shellcheck shell=bash
set -euo pipefail

packages="libzmq5=4.3.4-6 python3-zmq=24.0.1-4+b1 libnorm1=1.5.9+dfsg-2 libpgm-5.3-0=5.3.128~dfsg-2 libsodium23 libbsd0 libmd0"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(
	cd "$folder"
	# shellcheck disable=SC2086 # one argument for each package
	apt-get -qq download $packages 2>download.log || {
		cat download.log >&2
		echo "The packages of Debian 12 (amd64) are needed: $packages" >&2
		exit 1
	}
	for package in *.deb; do
		dpkg-deb -x "$package" root
	done
)

# python runs the program on standard input.
python() {
	LD_LIBRARY_PATH=$(echo "$folder"/root/usr/lib/*-linux-gnu) PYTHONPATH="$folder/root/usr/lib/python3/dist-packages" \
		/usr/bin/python3 -s -
}

# expect WANT GOT fails if the behaviour is another than was seen.
expect() {
	printf '%s\n' "$2"
	if [ "$1" != "$2" ]; then
		printf 'This has changed. It was:\n%s\n' "$1" >&2
		exit 1
	fi
}
