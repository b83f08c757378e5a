package process

import (
	"bytes"
	"testing"
)

// FuzzParseRecords reads any bytes as an exit file: no more records than fit, and a file that is cut off anywhere tells
// the same as far as it goes.
func FuzzParseRecords(f *testing.F) {
	whole := bytes.Repeat([]byte{1, 2, 3, 4, 5, 6, 7, 8, 0x75, 0x6e, 0x78, 0x31}, 1)
	whole = append(whole, make([]byte, recordSize-len(whole))...)
	f.Add(whole, 7)
	f.Add(append(whole, whole...), 40)
	f.Add([]byte("not a record, but as long as one is"), 3)
	f.Fuzz(func(t *testing.T, content []byte, cut int) {
		all := parseRecords(content)
		if len(all) > len(content)/recordSize {
			t.Errorf("%d records in %d bytes", len(all), len(content))
		}
		for _, r := range all {
			if r.pid < 0 || r.op < 0 {
				t.Errorf("%+v", r)
			}
		}
		if cut < 0 || cut > len(content) {
			return
		}
		torn := parseRecords(content[:cut])
		for i, r := range torn {
			if i >= len(all) || r != all[i] {
				t.Errorf("cut at %d record %d is %+v, of %+v", cut, i, r, all)
			}
		}
	})
}
