package sim

import (
	"fmt"
	"os"
	"slices"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// file is an open file.
type file struct {
	handle
	backend.NoStream
	node *inode
	name string
	flag int
}

// task is an outstanding open or operation on a file. Files keep no order: each
// operation is the only one of a direction of its own.
type task struct {
	dir direction
	op  *backend.Op
}

// startTask begins op.
func (b *attachment) startTask(op *backend.Op) {
	who := ident{}
	if f, ok := op.Handle.(*file); ok {
		who = f.who
	} else {
		who = b.net.ident('f')
	}
	t := &task{op: op}
	t.dir.init(b, who, t.run)
	b.tasks = append(b.tasks, t)
	t.dir.start(op)
	t.run()
}

// run carries the operation out, unless it is stalled.
func (t *task) run() {
	op := t.dir.next()
	if op == nil {
		return
	}
	b := t.dir.b
	if op.Kind == backend.KindOpen {
		t.open(op)
	} else {
		op.Handle.(*file).perform(op)
	}
	b.net.note(record{verb: verbFile, who: t.dir.who, n: op.N, of: int(op.Kind), err: op.Err})
	t.complete(op.N, op.Err)
}

// complete ends the task. Its completion may still be held back.
func (t *task) complete(n int, err error) {
	b := t.dir.b
	b.tasks = slices.DeleteFunc(b.tasks, func(o *task) bool { return o == t })
	t.dir.complete(t.op, n, err)
}

// cancel cancels the task, unless CancelLoses decides otherwise.
func (t *task) cancel() {
	n := t.dir.b.net
	if n.chance(cancelLoses, t.dir.who) {
		return
	}
	n.note(record{verb: verbCancel, who: t.dir.who})
	t.end(backend.ErrCanceled)
}

// end completes the task, which has not been carried out, with err.
func (t *task) end(err error) {
	t.dir.b.net.unschedule(&t.dir.stall)
	t.complete(0, err)
}

// open carries out an open.
func (t *task) open(op *backend.Op) {
	b, a := t.dir.b, op.Open()
	node, err := b.net.disk.lookup(a, b.net.now)
	if err == nil && b.net.chance(diskError, t.dir.who) {
		err = errDisk
	}
	if err != nil {
		op.Err = backend.FileError(op.Kind, a.Name, err)
		return
	}
	f := &file{handle: handle{net: b.net, b: b, who: t.dir.who}, node: node, name: a.Name, flag: a.Flag}
	b.addHandle(f)
	op.New = f
}

// tasks returns the tasks on f.
func (f *file) tasks() []*task {
	var mine []*task
	for _, t := range f.b.tasks {
		if t.op.Handle == f {
			mine = append(mine, t)
		}
	}
	return mine
}

func (b *attachment) taskOf(op *backend.Op) *task {
	for _, t := range b.tasks {
		if t.op == op {
			return t
		}
	}
	return nil
}

func (f *file) cancel() {
	for _, t := range f.tasks() {
		t.cancel()
	}
}

func (f *file) failAll(err error) {
	f.closed = err
	for _, t := range f.tasks() {
		t.end(err)
	}
}

func (f *file) closeWith(err error) {
	f.b.net.note(record{verb: verbClose, who: f.who})
	f.failAll(err)
	f.b.removeHandle(f)
}

func (f *file) directions() []*direction { return nil }

// readable and writable report how the file was opened.
func (f *file) readable() bool { return f.flag&(os.O_WRONLY|os.O_RDWR) != os.O_WRONLY }
func (f *file) writable() bool { return f.flag&(os.O_WRONLY|os.O_RDWR) != os.O_RDONLY }

func (f *file) String() string { return fmt.Sprintf("%v (%s) of %v", f.who, f.name, f.b) }
