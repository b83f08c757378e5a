package host

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
)

const (
	keyFile = "digest.key"
	keySize = 32
)

// Digest is HMAC-SHA256 under the key of this state directory, in hex: equal values have equal digests, and
// without the key nobody can try values against one.
func (h *Host) Digest(value string) string {
	mac := hmac.New(sha256.New, h.key)
	mac.Write([]byte(value))
	return hex.EncodeToString(mac.Sum(nil))
}

func randomKey() []byte {
	key := make([]byte, keySize)
	rand.Read(key) // it never fails
	return key
}

// loadKey reads the key of a state directory, and makes one where there is none, or none that this account alone can read. Where
// that cannot be kept it is for this process: a new key costs no more than a plan that shows sensitive values as changed, and no
// unit is kept from starting by it.
func loadKey(state string) []byte {
	path := filepath.Join(state, keyFile)
	key, err := read(path, ownOnly)
	if err == nil && len(key) == keySize {
		return key
	}
	key = randomKey()
	if writeKey(path, key) != nil && os.Rename(path, path+".bad") == nil { // a directory is in its place
		_ = writeKey(path, key) // see above
	}
	return key
}

// writeKey replaces the file in one step, so that no reader ever sees half a key.
func writeKey(path string, key []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".digest-")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // it is gone already where all went well
	if _, err := file.Write(key); err != nil {
		file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
