export interface ReadOptions {
  /** Gives the read up; it then rejects with `upstream_timeout`. */
  signal?: AbortSignal;
}
