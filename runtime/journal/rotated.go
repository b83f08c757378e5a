package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The names of a log's older bytes, in their directory:
//
//	NAME.log.1         the latest rotated file, plain
//	NAME.log.2.gz      the one before, compressed
//	NAME.log.cut-0     what was copied from offset 0 of the live file and is being taken away from there
//	NAME.log.copy      a copy that is not whole
//	NAME.log.2.pack    a compressed file that is not whole
const (
	copySuffix = ".copy"
	cutSuffix  = ".cut-"
	gzipSuffix = ".gz"
	packSuffix = ".pack"
)

// rotatedFile is what a directory says of a rotated file.
type rotatedFile struct {
	number int // in its name; 0: it is being taken away from the live file
	from   int64
	gzip   bool
	size   int64 // on disk
	at     time.Time
	id     fileID
}

// name is the path of a rotated file of the log at path.
func (f rotatedFile) name(path string) string {
	if f.number == 0 {
		return path + cutSuffix + strconv.FormatInt(f.from, 10)
	}
	name := path + "." + strconv.Itoa(f.number)
	if f.gzip {
		name += gzipSuffix
	}
	return name
}

// parseRotated reads what follows NAME.log in a file's name.
func parseRotated(suffix string) (f rotatedFile, ok bool) {
	if from, cut := strings.CutPrefix(suffix, cutSuffix); cut {
		begin, err := strconv.ParseInt(from, 10, 64)
		return rotatedFile{from: begin}, err == nil && begin >= 0
	}
	digits, dotted := strings.CutPrefix(suffix, ".")
	digits, f.gzip = strings.CutSuffix(digits, gzipSuffix)
	number, err := strconv.Atoi(digits)
	f.number = number
	return f, dotted && err == nil && number > 0 && strconv.Itoa(number) == digits
}

// SplitRotated takes the name of a rotated file apart: the log that it is of. ok is false for other names.
func SplitRotated(name string) (log string, ok bool) {
	at := strings.LastIndex(name, ".log.")
	if at < 0 {
		return "", false
	}
	log = name[:at+len(".log")]
	_, ok = parseRotated(name[len(log):])
	return log, ok
}

// listRotated finds the rotated files of the log at path, oldest first. Of one that stands there both plain and
// compressed, since nobody came to remove the plain one, the compressed one counts: it has its name only when whole.
func listRotated(path string) ([]rotatedFile, error) {
	names, err := entriesOf(path)
	if err != nil {
		return nil, err
	}
	byNumber := map[int]rotatedFile{}
	for _, name := range names {
		f, ok := parseRotated(strings.TrimPrefix(name, filepath.Base(path)))
		if !ok {
			continue
		}
		stat, err := os.Lstat(filepath.Join(filepath.Dir(path), name))
		if err != nil || !stat.Mode().IsRegular() {
			continue // gone meanwhile, or not ours
		}
		f.size, f.at, f.id = stat.Size(), stat.ModTime(), idOf(stat)
		if f.number == 0 && holds(path, f) {
			continue
		}
		if other, twice := byNumber[f.number]; !twice || !other.gzip {
			byNumber[f.number] = f
		}
	}
	var files []rotatedFile
	for _, f := range byNumber {
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b rotatedFile) int { return b.number - a.number })
	return files, nil
}

// lengthOf is how many bytes of the log a rotated file holds. gzip keeps it modulo 2^32 in the last four bytes (RFC
// 1952, ISIZE), and nothing larger is compressed, nor what is empty: one that does not tell is looked at nonetheless.
func lengthOf(path string, f rotatedFile) int64 {
	if !f.gzip {
		return f.size
	}
	file, err := openForReading(f.name(path))
	if err != nil {
		return 1
	}
	defer file.Close()
	var last [4]byte
	if _, err := file.ReadAt(last[:], f.size-int64(len(last))); err != nil {
		return 1
	}
	return max(int64(binary.LittleEndian.Uint32(last[:])), 1)
}

// entriesOf are the names of files that begin with that of the log at path.
func entriesOf(path string) ([]string, error) {
	directory, err := os.Open(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list rotated logs: %w", err)
	}
	defer directory.Close()
	names, err := directory.Readdirnames(-1) // in no order, as each log of many reads the whole directory
	if err != nil {
		return nil, fmt.Errorf("list rotated logs: %w", err)
	}
	prefix := filepath.Base(path) + "."
	return slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, prefix) }), nil
}
