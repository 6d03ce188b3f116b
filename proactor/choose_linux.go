package proactor

import "github.com/actum-go/actum/proactor/internal/backend/goroutine"

// candidates of Linux, the best first.
var candidates = []candidate{
	{name: "goroutine", open: goroutine.New},
}
