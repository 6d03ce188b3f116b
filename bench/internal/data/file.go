// Package data makes the files that measuring programs read.
package data

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// File returns the name of a file of size bytes that no disk can compress. The file is
// beside the program and stays for the next run.
func File(size int64) (name string, err error) {
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	name = filepath.Join(filepath.Dir(program), fmt.Sprintf("data-%d", size))
	if info, err := os.Stat(name); err == nil && info.Size() == size {
		return name, nil
	}
	return name, write(name, size)
}

// write fills a temporary file first: another program may open the file.
func write(name string, size int64) error {
	file, err := os.CreateTemp(filepath.Dir(name), "data")
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriterSize(file, 1<<20)
	if _, err := io.CopyN(out, rand.NewChaCha8([32]byte{}), size); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if err := file.Sync(); err != nil { // read without the cache, it must be on the disk
		return err
	}
	return os.Rename(file.Name(), name)
}
