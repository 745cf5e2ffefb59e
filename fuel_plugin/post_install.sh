# rpm runs this on the Fuel master when the files are in place, and expands the macro to the package's
# name. If the exit code is not 0, yum only warns, and Fuel registers the plugin anyway.
sh "/var/www/nailgun/plugins/%{name}/deployment_scripts/master/install.sh"
