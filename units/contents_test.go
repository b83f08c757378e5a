package units

import "testing"

// TestContents holds what a plan says against what programs have read, whatever was known when loading.
func TestContents(t *testing.T) {
	const text = `
app "a" {
  command  = ["x"]
  env_file = ["~/.env"]
  secret "db" { file = "~/db" }
}`
	host := testHost()
	host.files["/home/shop/.env"], host.files["/home/shop/db"] = "TOKEN=old\n", "old"
	old := load(t, host, text)
	had := old.Units["app.a"].Process().Contents()
	host.files["/home/shop/.env"], host.files["/home/shop/db"] = "TOKEN=new\n", "new"
	next := load(t, host, text)
	now := next.Units["app.a"].Process().Contents()
	if !had.Of(had) || had.Of(now) || len(now) != 2 {
		t.Errorf("%v, then %v", had, now)
	}
	with := func(u *Unit) *Set { return old.With(u) }
	if got := shown(Diff(with(old.Units["app.a"].AsNow(next.Units["app.a"])), next)); got != "" {
		t.Errorf("what runs has read them: %s", got)
	}
	const want = "app.a restarted (env_file: values changed; secret db: value changed) env_file:-> secret.db:->"
	if got := shown(Diff(with(next.Units["app.a"].Unlike(had)), next)); got != want {
		t.Errorf("what runs has read others: %s, want %s", got, want)
	}
	if got := shown(Diff(old, next)); got != "app.a restarted (env_file: 1 value changed; secret db: value changed) env_file:-> secret.db:->" {
		t.Error(got)
	}
}
