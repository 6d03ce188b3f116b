package main

import (
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// readStandard uses os.File: a goroutine for each reader.
func readStandard(j job) (time.Duration, error) {
	file, err := os.OpenFile(j.name, j.flag(), 0)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var readers sync.WaitGroup
	var left atomic.Int64
	var failed atomic.Pointer[error]
	left.Store(int64(j.count))
	start := time.Now()
	for i := range j.readers {
		readers.Go(func() {
			buf, random := j.buffer(), rand.New(rand.NewPCG(1, uint64(i)))
			for left.Add(-1) >= 0 {
				if _, err := file.ReadAt(buf, j.offset(random)); err != nil {
					failed.Store(&err)
					return
				}
			}
		})
	}
	readers.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return time.Since(start), nil
}
