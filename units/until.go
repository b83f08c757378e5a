package units

import "strings"

// String names the condition for people: "127.0.0.1:3306", "/run/ready", "pg_isready -q".
func (u *Until) String() string {
	switch {
	case u.Address != "":
		return u.Address
	case u.URL != "":
		return u.URL
	case u.Path != "":
		return u.Path
	}
	return strings.Join(u.Command, " ")
}
