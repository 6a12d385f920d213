// mqtt.js, aedes and their packet parser print whole packets, PINs and passwords included, where DEBUG names them.
// They read it when they are loaded, so this module has to be the first that is imported.
delete process.env['DEBUG'];
