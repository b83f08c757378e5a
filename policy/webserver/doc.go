// Package webserver answers for the lines by which the account's web server passes requests on to a unit: a .htaccess file
// for Apache, as panels let an account have one, or a server block for nginx. It only writes them; nobody reads them back.
// Start at Apache and Nginx.
package webserver
