package units

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Bounds of a unit directory, so that a stray link into a large tree ends in a message and not in a hang.
const (
	maxFileSize = 1 << 20
	maxFiles    = 10_000
	maxDepth    = 32
)

// The files beside the unit files that give values to variables.
const (
	configFile      = "config.env"
	localConfigFile = "config.local.env"
)

// reader walks a unit directory. Links are followed, and what two paths lead to is read once.
type reader struct {
	fsys    fs.FS
	root    string                       // the absolute path of the directory
	resolve func(string) (string, error) // the path without links
	report  *report
	sources map[string][]byte
	names   []string // of the unit files, in walking order
	seen    map[string]bool
	entries int
}

// read fills sources with all unit files and the config files.
func (r *reader) read() {
	real := r.follow(".")
	r.seen = map[string]bool{real: true}
	r.directory(".", real, 0)
	for _, name := range []string{configFile, localConfigFile} {
		if _, err := fs.Stat(r.fsys, name); err == nil {
			r.file(name)
		}
	}
}

// directory reads name, whose absolute path without links is real.
func (r *reader) directory(name, real string, depth int) {
	if depth > maxDepth {
		r.fail(name, fmt.Errorf("directories nest deeper than %d: look for a loop of links", maxDepth))
		return
	}
	entries, err := fs.ReadDir(r.fsys, name)
	if err != nil {
		r.fail(name, err)
		return
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		if r.entries++; r.entries > maxFiles {
			if r.entries == maxFiles+1 {
				r.fail(name, fmt.Errorf("more than %d files: is this the unit directory?", maxFiles))
			}
			return
		}
		r.entry(path.Join(name, entry.Name()), path.Join(real, entry.Name()), entry, depth)
	}
}

func (r *reader) entry(name, real string, entry fs.DirEntry, depth int) {
	isUnitFile, isDir := strings.HasSuffix(name, ".hcl"), entry.IsDir()
	if entry.Type()&fs.ModeSymlink != 0 {
		target, err := fs.Stat(r.fsys, name)
		if err != nil {
			if isUnitFile {
				r.fail(name, err)
			}
			return
		}
		isDir = target.IsDir()
		real = r.follow(name)
	}
	if !isDir && !isUnitFile || r.seen[real] {
		return
	}
	r.seen[real] = true
	if isDir {
		r.directory(name, real, depth+1)
		return
	}
	if r.file(name) {
		r.names = append(r.names, name)
	}
}

// follow is the absolute path that a name leads to through all links. Where nobody can say, as of files in memory, it
// is its own; then maxDepth ends a loop.
func (r *reader) follow(name string) string {
	name = path.Join(r.root, name)
	if real, err := r.resolve(name); err == nil {
		return real
	}
	return name
}

// file reads one file into sources.
func (r *reader) file(name string) bool {
	content, err := readBounded(r.fsys, name)
	if err != nil {
		r.fail(name, err)
		return false
	}
	r.sources[name] = content
	return true
}

func readBounded(fsys fs.FS, name string) ([]byte, error) {
	// Opening a FIFO would wait for a writer, so look first.
	stat, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !stat.Mode().IsRegular() {
		return nil, errNotRegular
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	content, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err == nil && len(content) > maxFileSize {
		err = errTooLarge
	}
	return content, err
}

func (r *reader) fail(name string, err error) {
	// The name stands in front already.
	if pathError := (*fs.PathError)(nil); errors.As(err, &pathError) {
		err = pathError.Err
	}
	r.report.error(hcl.Range{}, fmt.Sprintf("read %s: %v", path.Join(r.root, name), err), readHint(err))
}

// readHint says what to do about a file or directory that cannot be read.
func readHint(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "Let this account read it, or move it out of the unit directory."
	case errors.Is(err, errTooLarge):
		return "Spread its blocks over several files: they form one module."
	}
	return "Mend it, or take it out of the unit directory."
}

var (
	errNotRegular = errors.New("not a regular file")
	errTooLarge   = errors.New("larger than 1 MiB")
)
