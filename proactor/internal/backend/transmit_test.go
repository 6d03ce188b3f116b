package backend

import (
	"errors"
	"io/fs"
	"math"
	"testing"
)

// TestTransmissionMoved: a number that does not fit in an int becomes the largest
// int.
func TestTransmissionMoved(t *testing.T) {
	for _, sent := range []int64{0, 1, math.MaxInt32, 1 << 31, 1<<32 + 5, 5 << 30, maxRange} {
		want := sent
		if sent > math.MaxInt {
			want = math.MaxInt
		}
		if got := (&Transmission{Sent: sent}).Moved(); int64(got) != want {
			t.Errorf("%d bytes sent are %d in an int, want %d", sent, got, want)
		}
	}
}

// A range that cannot exist is refused.
func TestTransmissionCheck(t *testing.T) {
	file := new(fakeHandle)
	for _, test := range []struct {
		t    Transmission
		good bool
	}{
		{Transmission{}, true},
		{Transmission{Header: []byte("x")}, true},
		{Transmission{File: file}, true},
		{Transmission{File: file, Offset: 1, Length: 1}, true},
		{Transmission{File: file, Offset: maxRange, Length: maxRange}, true},
		{Transmission{File: file, Offset: -1}, false},
		{Transmission{File: file, Length: -1}, false},
		{Transmission{File: file, Offset: maxRange + 1}, false},
		{Transmission{File: file, Length: maxRange + 1}, false},
		{Transmission{Offset: 1}, false},
		{Transmission{Length: 1}, false},
	} {
		if err := test.t.Check(); (err == nil) != test.good || err != nil && !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("offset %d, length %d, file %v: %v", test.t.Offset, test.t.Length, test.t.File != nil, err)
		}
	}
}

// A transmission without a length goes to the end that the file has when it begins.
func TestTransmissionBegin(t *testing.T) {
	file, broken := new(fakeHandle), errors.New("broken")
	for name, test := range map[string]struct {
		offset, length int64
		size           int64
		sizeErr        error
		read           int
		readErr        error
		want           int64
		err            error
	}{
		"a length":                    {offset: 3, length: 7, sizeErr: broken, want: 7},
		"to the end":                  {offset: 3, size: 10, want: 7},
		"one byte":                    {offset: 9, size: 10, want: 1},
		"at the end":                  {offset: 10, size: 10, want: 0},
		"behind the end":              {offset: 11, size: 10, err: fs.ErrInvalid},
		"of a size of one":            {size: 1, want: 1},
		"an empty file":               {readErr: nil},
		"behind an empty file":        {offset: 1, err: fs.ErrInvalid},
		"a file without a size":       {read: 1, err: fs.ErrInvalid},
		"an error of the size":        {size: 10, sizeErr: broken, err: broken},
		"an error of an empty file":   {readErr: broken, err: broken},
		"bytes and an error, no size": {read: 1, readErr: broken, err: broken},
	} {
		t.Run(name, func(t *testing.T) {
			x := Transmission{File: file, Offset: test.offset, Length: test.length}
			err := x.Begin(func() (int64, error) { return test.size, test.sizeErr }, func(b []byte, off int64) (int, error) {
				if len(b) != 1 || off != 0 {
					t.Errorf("reads %d bytes at %d", len(b), off)
				}
				return test.read, test.readErr
			})
			if !errors.Is(err, test.err) || err == nil && x.Range != test.want || !x.Begun {
				t.Errorf("%d bytes, %v; want %d, %v", x.Range, err, test.want, test.err)
			}
		})
	}
	var none Transmission
	if err := none.Begin(nil, nil); err != nil || none.Range != 0 || !none.Begun {
		t.Errorf("without a file: %d bytes, %v", none.Range, err)
	}
}

// Place follows what was sent, from the first byte of the file to its last.
func TestTransmissionPlace(t *testing.T) {
	x := Transmission{Header: make([]byte, 3), Offset: 100, Range: 10, Trailer: make([]byte, 2)}
	if x.Total() != 15 {
		t.Errorf("%d bytes in all, want 15", x.Total())
	}
	for _, test := range []struct{ sent, off, left int64 }{
		{0, 100, 10}, {2, 100, 10}, {3, 100, 10}, {4, 101, 9}, {12, 109, 1}, {13, 110, 0}, {14, 110, 0}, {15, 110, 0},
	} {
		x.Sent = test.sent
		if off, left := x.Place(); off != test.off || left != test.left {
			t.Errorf("after %d bytes: %d at %d; want %d at %d", test.sent, left, off, test.left, test.off)
		}
	}
}

// A page that was read is in memory; one that failed is read again.
func TestTransmissionPaged(t *testing.T) {
	var op Op
	x := Transmission{File: new(fakeHandle), Sent: 1, Range: 1, Cached: 1, Begun: true, Copying: true, Paging: true, Canceled: true}
	if x.Reset(&op); x.Sent != 0 || x.Range != 0 || x.Cached != 0 || x.Begun || x.Copying || x.Paging || x.Canceled {
		t.Errorf("after Reset: %+v", x)
	}
	if x.Page.Kind != KindPage || x.Page.Handle != x.File || x.Page.Owner != &op {
		t.Errorf("its page is %+v", x.Page)
	}
	x.Paging, x.Page.Off, x.Page.Err = true, 5, ErrCanceled
	if x.Paged(); x.Paging || x.Cached != 0 {
		t.Errorf("a page that failed: paging %v, cached up to %d", x.Paging, x.Cached)
	}
	x.Paging, x.Page.Err = true, nil
	if x.Paged(); x.Paging || x.Cached != 5+TransmitTurn {
		t.Errorf("a page: paging %v, cached up to %d", x.Paging, x.Cached)
	}
}
