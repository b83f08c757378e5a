package control

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"time"

	"unitd/runtime/journal"
)

// A cursor says how far somebody has followed logs, for the program that goes on in the process of the manager: for each log
// 8 bytes that stand for its path, and a place in it. It is no secret and nothing relies on it: whoever may read a log may read
// it from anywhere.

// longestCursor fits into a request beside what else there is. Whoever follows more logs than that goes on by their times.
const longestCursor = 32 << 10

func keyOf(path string) uint64 {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(path)) // it never fails
	return sum.Sum64()
}

// writeCursor is "" where nothing was followed yet, or too much.
func writeCursor(at map[string]journal.Anchor) string {
	var bytes []byte
	for path, a := range at {
		latest := int64(0)
		if !a.Latest.IsZero() {
			latest = a.Latest.UnixNano()
		}
		bytes = binary.LittleEndian.AppendUint64(bytes, keyOf(path))
		bytes = binary.AppendVarint(binary.AppendVarint(bytes, a.Offset), latest)
	}
	text := base64.RawURLEncoding.EncodeToString(bytes)
	if len(text) > longestCursor {
		return ""
	}
	return text
}

var errCursor = errors.New("the cursor is none that the manager has given")

// readCursor finds how far logs were followed; those that it does not name are new.
func readCursor(text string, paths []string) (map[string]journal.Anchor, error) {
	bytes, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(text) > longestCursor {
		return nil, errCursor
	}
	known := map[uint64]journal.Anchor{}
	const keySize = 8
	for len(bytes) > 0 {
		if len(bytes) < keySize {
			return nil, errCursor
		}
		key := binary.LittleEndian.Uint64(bytes)
		bytes = bytes[keySize:]
		var numbers [2]int64
		for i := range numbers {
			n, size := binary.Varint(bytes)
			if size <= 0 {
				return nil, errCursor
			}
			numbers[i], bytes = n, bytes[size:]
		}
		a := journal.Anchor{Offset: numbers[0]}
		if numbers[1] != 0 {
			a.Latest = time.Unix(0, numbers[1])
		}
		known[key] = a
	}
	from := map[string]journal.Anchor{}
	for _, path := range paths {
		if a, ok := known[keyOf(path)]; ok {
			from[path] = a
		}
	}
	return from, nil
}
