package proactor

import (
	"github.com/actum-go/actum/proactor/internal/backend/goroutine"
	"github.com/actum-go/actum/proactor/internal/backend/iocp"
)

// candidates of Windows. iocp is used only if it is named: it has been run under wine
// only (docs/adr/0009).
var candidates = []candidate{
	{name: "iocp", explicit: true, open: iocp.New},
	{name: "goroutine", open: goroutine.New},
}
