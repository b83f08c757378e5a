package process

import (
	"encoding/binary"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Whatever follows in an exit file after a torn write, whole records come out unchanged.
func TestParseRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var content []byte
		var want []record
		for range rapid.IntRange(0, 5).Draw(t, "records") {
			r := record{
				token: rapid.Uint64().Draw(t, "token"), seq: rapid.Uint32().Draw(t, "seq"), kind: kindExited,
				pid: rapid.IntRange(1, 1<<22).Draw(t, "pid"), status: rapid.Uint32().Draw(t, "status"),
			}
			content, want = appendRecord(content, r), append(want, r)
		}
		content = append(content, rapid.SliceOfN(rapid.Byte(), 0, recordSize-1).Draw(t, "torn")...)
		if got := parseRecords(content); !slices.Equal(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

func TestRecordOfAnotherVersionIsSkipped(t *testing.T) {
	want := record{token: 1, kind: kindStarted, pid: 2}
	content := append(make([]byte, recordSize), appendRecord(nil, want)...)
	if got := parseRecords(content); !slices.Equal(got, []record{want}) {
		t.Errorf("got %+v", got)
	}
}

func appendRecord(to []byte, r record) []byte {
	to = binary.LittleEndian.AppendUint64(to, r.token)
	for _, word := range []uint32{recordMagic, r.seq, uint32(r.kind), uint32(r.pid), r.status, uint32(r.op)} {
		to = binary.LittleEndian.AppendUint32(to, word)
	}
	return to
}
