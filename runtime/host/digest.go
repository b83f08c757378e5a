package host

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
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

// loadKey reads the key of a state directory, and makes one where there is none or where the file was torn:
// a new key costs no more than a plan that shows sensitive values as changed.
func loadKey(state string) ([]byte, error) {
	path := filepath.Join(state, keyFile)
	key, err := read(path, ownOnly)
	if err == nil && len(key) == keySize {
		return key, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the key of digests: %s %w", path, err)
	}
	key = randomKey()
	if err := writeKey(path, key); err != nil {
		return nil, fmt.Errorf("keep the key of digests: %w", err)
	}
	return key, nil
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
