// Command files reads blocks of a file at random places, READERS at a time, from
// the page cache or past it.
//
//	files actum|os cached|uncached READERS SIZE COUNT
package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"time"
	"unsafe"

	"github.com/actum-go/actum/bench/internal/data"
	"github.com/actum-go/actum/bench/internal/perf"
)

const (
	usageCode = 2
	fileSize  = 256 << 20
)

// job is count reads, readers at a time.
type job struct {
	name        string
	uncached    bool
	readers     int
	size, count int
	blocks      int64
}

var implementations = map[string]func(j job) (elapsed time.Duration, err error){
	"actum": readActum,
	"os":    readStandard,
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "files:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 5 || implementations[args[0]] == nil {
		fmt.Fprintln(os.Stderr, "usage: files actum|os cached|uncached READERS SIZE COUNT")
		os.Exit(usageCode)
	}
	j := job{uncached: args[1] == "uncached"}
	for i, to := range []*int{&j.readers, &j.size, &j.count} {
		n, err := strconv.Atoi(args[2+i])
		if err != nil || n <= 0 {
			return fmt.Errorf("%q is not a positive number", args[2+i])
		}
		*to = n
	}
	var err error
	if j.name, err = data.File(fileSize); err != nil {
		return err
	}
	if !j.uncached {
		if err := fillCache(j.name); err != nil {
			return err
		}
	}
	j.blocks = fileSize / int64(j.size)
	elapsed, err := implementations[args[0]](j)
	if err != nil {
		return err
	}
	perf.ReportThroughput(os.Stdout, j.count, elapsed)
	return nil
}

// fillCache reads the whole file once. Blocks that are cached already cost little.
func fillCache(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	buf := make([]byte, 1<<20)
	for off := int64(0); off < fileSize; off += int64(len(buf)) {
		if _, err := file.ReadAt(buf, off); err != nil {
			return err
		}
	}
	return nil
}

// flag is the flag to open the file with.
func (j job) flag() int {
	if j.uncached {
		return os.O_RDONLY | direct
	}
	return os.O_RDONLY
}

// offset is the offset of a random block.
func (j job) offset(random *rand.Rand) int64 {
	return random.Int64N(j.blocks) * int64(j.size)
}

// alignment is that of memory and offsets for reads past the cache.
const alignment = 4096

// buffer is memory for a block, aligned.
func (j job) buffer() []byte {
	b := make([]byte, j.size+alignment)
	skip := -int(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) & (alignment - 1)
	return b[skip : skip+j.size]
}
