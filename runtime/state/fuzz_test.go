package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"testing"
)

// FuzzRecord reads any bytes as adoption.log: either it is none, or of another version or boot, or each state in it is
// JSON.
func FuzzRecord(f *testing.F) {
	entry := func(e Entry) []byte {
		text, err := line(e)
		if err != nil {
			f.Fatal(err)
		}
		return text
	}
	first := entry(Entry{Header: &header{Version: recordVersion, BootID: "boot", Salt: 7}})
	f.Add(bytes.Join([][]byte{first, entry(Entry{State: []byte(`{"a":1}`)}), entry(Entry{Kept: []byte(`null`)})}, nil))
	f.Add(entry(Entry{Header: &header{Version: recordVersion + 1, BootID: "boot"}}))
	f.Add(entry(Entry{Header: &header{Version: recordVersion, BootID: "other"}}))
	f.Add(append(first, "00000000 {}\ntorn"...))
	f.Add([]byte("\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		found, err := readRecord(bytes.NewReader(content), "boot")
		if err != nil {
			if !errors.Is(err, ErrTorn) && !errors.Is(err, ErrNewer) && !errors.Is(err, ErrOlder) && !errors.Is(err, ErrOtherBoot) {
				t.Errorf("%q: %v", content, err)
			}
			return
		}
		for _, state := range append(found.States, found.Kept) {
			if state != nil && !json.Valid(state) {
				t.Errorf("%q: a state %q", content, state)
			}
		}
	})
}

// FuzzEntry reads any text behind its right checksum, which the kernel may have torn or somebody have written.
func FuzzEntry(f *testing.F) {
	f.Add([]byte(`{"header":{"version":1,"boot_id":"boot","salt":3}}`), []byte(`{"state":{}}`))
	f.Add([]byte(`{"header":null}`), []byte(`{"state":null,"kept":null}`))
	f.Add([]byte(`{"header":{"version":1,"boot_id":"boot"}}`), []byte(`[`))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		var content []byte
		for _, text := range [][]byte{first, second} {
			content = fmt.Appendf(content, "%08x %s\n", crc32.Checksum(text, castagnoli()), text)
		}
		_, err := readRecord(bytes.NewReader(content), "boot")
		if err != nil && !errors.Is(err, ErrTorn) && !errors.Is(err, ErrNewer) && !errors.Is(err, ErrOlder) && !errors.Is(err, ErrOtherBoot) {
			t.Errorf("%q: %v", content, err)
		}
	})
}

// FuzzDocument reads any bytes as a document of the state directory, with the checksum that it says and with the right one.
func FuzzDocument(f *testing.F) {
	f.Add([]byte(`{"version":1,"checksum":"","body":{"vars":{"a":"b"}}}`), []byte(`{"vars":{"a":"b"}}`))
	f.Add([]byte(`{"version":2}`), []byte(`null`))
	f.Add([]byte(`[`), []byte(`{"vars":1}`))
	f.Fuzz(func(t *testing.T, content, body []byte) {
		var o Overrides
		if err := decode(content, 1, &o); err == nil && checksumOf(t, content) == "" {
			t.Errorf("%q is taken without a checksum", content)
		}
		whole, err := json.Marshal(envelope{Version: 1, Checksum: checksum(body), Body: body})
		if err != nil {
			return // no JSON
		}
		var want, got Overrides
		wantErr := json.Unmarshal(body, &want)
		if err := decode(whole, 1, &got); (err == nil) != (wantErr == nil) && checksumOf(t, whole) == checksum(body) && bytes.Contains(whole, body) {
			t.Errorf("%q: %v, by itself %v", whole, err, wantErr)
		}
	})
}

func checksumOf(t *testing.T, content []byte) string {
	t.Helper()
	var e envelope
	if err := json.Unmarshal(content, &e); err != nil {
		t.Fatalf("%q was taken: %v", content, err)
	}
	return e.Checksum
}
