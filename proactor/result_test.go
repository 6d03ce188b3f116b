package proactor_test

import (
	"context"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// result starts an operation, dispatches until it has completed, and returns its
// result.
func result(t *testing.T, d *proactor.Dispatcher, start func(*proactor.Operation)) (int, error) {
	t.Helper()
	op := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {})}
	start(&op)
	finish(t, d, &op)
	return op.N(), op.Err()
}

func finish(t *testing.T, d *proactor.Dispatcher, op *proactor.Operation) {
	t.Helper()
	for op.Outstanding() {
		if _, err := d.RunOne(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}
