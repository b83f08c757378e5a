package process

import (
	"encoding/binary"
	"io"
	"os"
)

// record is what an init writes to the status FIFO and to its exit file (struct record in interpreter.c). It is
// far below PIPE_BUF, so writers never mix theirs.
type record struct {
	token  uint64
	seq    uint32 // counts the records of one init from 0
	kind   recordKind
	pid    int    // as the init sees it; the init itself as the manager does
	status uint32 // wait status; errno if failed
	op     int    // number of the operation that failed, from 1; else the manager's pid of the main process, where it is another
}

// hostPID is the manager's pid of the main process that a record tells of.
func (r record) hostPID() int {
	if r.op != 0 {
		return r.op
	}
	return r.pid
}

type recordKind uint32

const (
	kindFailed recordKind = 1 + iota
	kindStarted
	kindMainExited
	kindExited
	kindHandedOver // to pid, which is the init from now on
	kindLeft       // nothing is left but the init, which ends; in the FIFO only
)

const (
	recordSize = 32
	// A new tree begins an exit file again that is larger. An init does the same after as many records.
	exitFileLimit = 1024 * recordSize

	recordMagic = 0x31786e75 // also keeps out what is not of this version
)

// parseRecords takes whole, valid records and skips the rest: a torn write at the end of an exit file on a full
// disk, for one.
func parseRecords(bytes []byte) []record {
	var records []record
	for ; len(bytes) >= recordSize; bytes = bytes[recordSize:] {
		word := func(at int) uint32 { return binary.LittleEndian.Uint32(bytes[at:]) }
		if word(8) != recordMagic {
			continue
		}
		records = append(records, record{
			token: binary.LittleEndian.Uint64(bytes), seq: word(12), kind: recordKind(word(16)),
			pid: int(word(20)), status: word(24), op: int(word(28)),
		})
	}
	return records
}

// readExitFile returns what an init wrote; nothing where there is no such file.
func readExitFile(path string) []record {
	if path == "" {
		return nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	bytes, err := io.ReadAll(io.LimitReader(file, 4*exitFileLimit))
	if err != nil {
		return nil
	}
	return parseRecords(bytes)
}
