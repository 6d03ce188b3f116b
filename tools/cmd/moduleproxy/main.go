// Moduleproxy lays the modules of a working tree out as a module proxy has them, so that
// the go command can use them as published ones, with GOPROXY=file://FOLDER:
//
//	moduleproxy FOLDER VERSION MODULE...
//
// MODULE is the folder of a module: it becomes VERSION of it.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: moduleproxy FOLDER VERSION MODULE...")
		os.Exit(2)
	}
	for _, dir := range os.Args[3:] {
		if err := publish(os.Args[1], os.Args[2], dir); err != nil {
			fmt.Fprintf(os.Stderr, "moduleproxy: %s: %v\n", dir, err)
			os.Exit(1)
		}
	}
}

// publish writes the four files of a version; "go help goproxy" describes them.
func publish(proxy, version, dir string) error {
	goMod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return err
	}
	m := module.Version{Path: modfile.ModulePath(goMod), Version: version}
	escaped, err := module.EscapePath(m.Path)
	if err != nil {
		return err
	}
	files, err := filesOf(dir)
	if err != nil {
		return err
	}
	info, err := json.Marshal(map[string]string{"Version": version, "Time": "2026-01-01T00:00:00Z"})
	if err != nil {
		return err
	}
	base := filepath.Join(proxy, filepath.FromSlash(escaped), "@v")
	if err := os.MkdirAll(base, 0o755); err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"list": []byte(version + "\n"), version + ".info": info, version + ".mod": goMod,
	} {
		if err := os.WriteFile(filepath.Join(base, name), content, 0o644); err != nil {
			return err
		}
	}
	out, err := os.Create(filepath.Join(base, version+".zip"))
	if err != nil {
		return err
	}
	return errors.Join(zip.Create(out, m, files), out.Close())
}

// filesOf lists the files of the module in dir: not those of modules below it, nor what
// the scripts have built.
func filesOf(dir string) (files []zip.File, err error) {
	err = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		relative, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			_, err := os.Stat(filepath.Join(name, "go.mod"))
			if err == nil || relative == "bin" || strings.HasPrefix(entry.Name(), ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.Type().IsRegular() {
			files = append(files, file{filepath.ToSlash(relative), name})
		}
		return nil
	})
	return files, err
}

// file is a file of a module.
type file struct {
	path string // in the module, with slashes
	name string // on this system
}

func (f file) Path() string                 { return f.path }
func (f file) Lstat() (os.FileInfo, error)  { return os.Lstat(f.name) }
func (f file) Open() (io.ReadCloser, error) { return os.Open(f.name) }
