// Package stage builds the programs once for end-to-end tests and lays them, the examples and the scripts
// where an ordinary user may read them: the repository can lie in a directory that only root may search.
package stage
