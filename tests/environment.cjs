// Gives a test program under Node this process's environment, where GoogleTest finds its share of the cases.
Module['preRun'] = () => Object.assign(ENV, process.env);
