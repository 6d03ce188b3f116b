package trace

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/actum-go/actum/cmd/actum/internal/exit"
	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/replay"
)

// Each dispatcher's journal is a file: a line with the recorded command, then the
// journal as package proactor writes it.

const heading = "actum trace "

// fileOf is the name of a dispatcher's file.
func fileOf(name string, number int) string {
	if number == 1 {
		return name
	}
	return fmt.Sprintf("%s.%d", name, number)
}

// files are the open journals.
type files []*os.File

func (f files) close() error {
	var errs []error
	for _, file := range f {
		errs = append(errs, file.Close())
	}
	return errors.Join(errs...)
}

// journal runs the command and writes its journals.
func (c *Command) journal(ctx context.Context, s system.Streams, run Runner) error {
	line, err := json.Marshal(c.Command)
	if err != nil {
		return err
	}
	var open files
	create := func(number int, chosen proactor.Backend) (proactor.Backend, error) {
		file, err := os.Create(fileOf(c.Output, number))
		if err != nil {
			return nil, exit.Usagef("--output: %w", err)
		}
		open = append(open, file)
		_, err = fmt.Fprintf(file, "%s%s\n", heading, line)
		return replay.ToJournal(file, chosen), err
	}
	stop, err := proactor.ReplaceBackends(create)
	if err != nil {
		return err
	}
	failure := run(ctx, c.Command, s)
	stop()
	if len(open) > 0 {
		fmt.Fprintf(s.Err, "actum: the run of %d dispatchers is in %s; again: actum trace --replay %s\n", len(open), c.Output, c.Output)
	}
	return errors.Join(failure, open.close())
}

// replay runs a command from its journals: the recorded command, unless another
// is given.
func (c *Command) replay(ctx context.Context, s system.Streams, run Runner) error {
	file, _, command, err := openJournal(c.Replay)
	if err != nil {
		return exit.Usagef("--replay: %w", err)
	}
	if err := file.Close(); err != nil {
		return err
	}
	if len(c.Command) == 0 {
		c.Command = command
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	var open files
	stop, err := proactor.ReplaceBackends(func(number int, _ proactor.Backend) (proactor.Backend, error) {
		file, journal, _, err := openJournal(fileOf(c.Replay, number))
		if err != nil {
			return nil, exit.Usagef("--replay: %w", err)
		}
		open = append(open, file)
		return replay.FromJournal(journal, replay.Options{OnDiverge: end}), nil
	})
	if err != nil {
		return err
	}
	defer stop()
	if c.Output == "" {
		err = run(ctx, c.Command, s)
	} else {
		err = c.record(ctx, s, run)
	}
	if why := context.Cause(ctx); errors.Is(why, replay.ErrDiverged) {
		err = why // its own result does not matter
	}
	return errors.Join(err, open.close())
}

// openJournal opens a journal and returns the recorded command.
func openJournal(name string) (file *os.File, journal io.Reader, command []string, err error) {
	if file, err = os.Open(name); err != nil {
		return nil, nil, nil, err
	}
	r := bufio.NewReader(file)
	line, err := r.ReadString('\n')
	args, ours := strings.CutPrefix(line, heading)
	if err == nil && ours {
		err = json.Unmarshal([]byte(args), &command)
	}
	if err != nil || !ours || len(command) == 0 {
		return nil, nil, nil, errors.Join(fmt.Errorf("%s has not been written by actum trace --format replay", name), file.Close())
	}
	return file, r, command, nil
}
