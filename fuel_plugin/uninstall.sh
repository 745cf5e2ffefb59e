# rpm runs this on the Fuel master before it removes the files, but not before it upgrades them.
sh "/var/www/nailgun/plugins/%{name}/deployment_scripts/master/uninstall.sh"
