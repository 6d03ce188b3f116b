//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package proactor

import (
	"github.com/actum-go/actum/proactor/internal/backend/goroutine"
	"github.com/actum-go/actum/proactor/internal/backend/kqueue"
)

// candidates of macOS and the BSDs. kqueue is used only if it is named: its system calls
// are compiled, but have not been run yet (docs/adr/0012).
var candidates = []candidate{
	{name: "kqueue", explicit: true, open: kqueue.New},
	{name: "goroutine", open: goroutine.New},
}
