package endpoint

import (
	"strconv"
	"strings"
)

// An ipc endpoint (zmq_ipc):
//
//	ipc://path     a Unix domain socket at path, absolute or relative
//	ipc://@name    a name in Linux's abstract namespace, without a file
//	ipc://*        a path that is made up; bind only

// MaxPath is the longest path of an ipc endpoint in bytes, including "@": the
// system's structure holds 108 bytes with the zero byte at the end. Some systems
// hold a few bytes less, and refuse the longest paths themselves.
const MaxPath = 107

const abstractPrefix = "@"

// FilePath is the grammar of ipc endpoints.
var FilePath = Grammar{
	Form:   "path",
	Parse:  parseIPC,
	Format: func(e Endpoint) string { return e.Path },
	CheckConnect: func(e Endpoint) string {
		if e.Path == Wildcard {
			return "cannot connect to *: expected the path that the peer is bound to"
		}
		return ""
	},
}

func parseIPC(path string) (e Endpoint, reason string) {
	switch {
	case path == "":
		return Endpoint{}, "no path: expected ipc://path, ipc://@name or ipc://*"
	case path == abstractPrefix:
		return Endpoint{}, "no name: expected ipc://@name"
	case len(path) > MaxPath:
		return Endpoint{}, "path of " + strconv.Itoa(len(path)) + " bytes: at most " + strconv.Itoa(MaxPath) + " are allowed"
	case strings.IndexByte(path, 0) >= 0:
		return Endpoint{}, "zero byte in the path"
	}
	return Endpoint{Path: path}, ""
}

// Abstract reports whether e is in Linux's abstract namespace.
func (e Endpoint) Abstract() bool {
	return strings.HasPrefix(e.Path, abstractPrefix)
}
