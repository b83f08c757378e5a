package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
)

// maxFileName leaves room for the suffixes of rotated files within NAME_MAX, 255 bytes.
const maxFileName = 200

// Path is the log file of a unit in dir. Different ids have different files:
//
//	app.api            DIR/app.api.log
//	app.site["shop"]   DIR/app.site.shop.log
//	pool.api/2         DIR/pool.api@2.log          (worker 2)
//	pool.x["shop"]/2   DIR/pool.x.shop@2.log
//
// Each worker has a file of its own: two writers would mix their lines. The @ stands where no name or key
// can have one; a hyphen would make worker 2 of pool.api and the pool api-2 the same. Bytes that no valid
// id has become %XX, and a name of more than 200 bytes ends in ~ and a digest of the id.
func Path(dir, unitID string) string {
	unit, worker, isWorker := cutWorker(unitID)
	name := unit
	if base, key, ok := strings.Cut(strings.TrimSuffix(unit, `"]`), `["`); ok {
		name = base + "." + key
	}
	name = escape(name)
	if isWorker {
		name += "@" + worker
	}
	if len(name) > maxFileName {
		digest := sha256.Sum256([]byte(unitID))
		suffix := "~" + hex.EncodeToString(digest[:16])
		name = name[:maxFileName-len(suffix)] + suffix
	}
	return filepath.Join(dir, name+".log")
}

// cutWorker takes the worker's number from the end of an id such as pool.api/2.
func cutWorker(id string) (unit, worker string, ok bool) {
	slash := strings.LastIndexByte(id, '/')
	if slash < 0 || slash == len(id)-1 || strings.Trim(id[slash+1:], "0123456789") != "" {
		return id, "", false
	}
	return id[:slash], id[slash+1:], true
}

func escape(name string) string {
	var b strings.Builder
	for i := range len(name) {
		if c := name[i]; isPlain(c) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func isPlain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("._-", c) >= 0
}
