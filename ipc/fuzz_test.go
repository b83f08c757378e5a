package ipc

import (
	"strconv"
	"testing"
)

// FuzzNames resolves any name: what it finds is there, and its own id finds it again.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{"api", "api/2", "site[shop]", `site["shop"]`, "site[", "[]", "*", "s?te*", "a/-1", "app.site.", "pool.web[eu]/9999999999999999999", "[a-"} {
		f.Add(seed)
	}
	names := site()
	f.Fuzz(func(t *testing.T, text string) {
		found, err := names.Resolve(text)
		if err == nil {
			full := string(found.ID)
			if found.Worker > 0 {
				full += "/" + strconv.Itoa(found.Worker)
			}
			if again, err := names.Resolve(full); err != nil || again != found {
				t.Errorf("%q is %+v, which is %+v, %v", text, found, again, err)
			}
		}
		all, err := names.ResolveAll([]string{text})
		if err == nil && len(all) == 0 && text != "*" {
			t.Errorf("%q is nothing, and no error", text)
		}
	})
}
