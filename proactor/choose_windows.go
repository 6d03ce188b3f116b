package proactor

import (
	"github.com/actum-go/actum/proactor/internal/backend/goroutine"
	"github.com/actum-go/actum/proactor/internal/backend/iocp"
)

// candidates of Windows. iocp has to be asked for: it has been run under wine
// alone (docs/adr/0009).
var candidates = []candidate{
	{name: "iocp", explicit: true, open: iocp.New},
	{name: "goroutine", open: goroutine.New},
	simCandidate,
}
