export function startReduxProgram() {}
