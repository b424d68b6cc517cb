/** A package and what an image has of it. */
export interface ListedPackage {
  readonly name: string;
  /** Null where the image does not say. */
  readonly version: string | null;
  readonly files: number;
  /** Bytes of its files' contents. */
  readonly bytes: number;
}

/** A kernel module of an image. */
export interface ListedModule {
  readonly name: string;
  readonly kernelVersion: string;
  readonly path: string;
  /** Bytes in the image's file system. */
  readonly bytes: number;
}

/** How two images differ; `from` and `to` are null where there is nothing. */
export interface ImageDifference {
  readonly kernel: FromTo<string>;
  /** Null where an image does not tell its packages. */
  readonly packages: readonly ({ readonly name: string } & FromTo<string>)[] | null;
  /** By their place below the kernel's own directory, so that those of two kernels can be compared. */
  readonly modules: readonly ChangedFile[];
  /** All but modules. */
  readonly files: readonly ChangedFile[];
  readonly parts: readonly ({ readonly name: string } & FromTo<number>)[];
  readonly bytes: FromTo<number>;
}

export interface FromTo<Value> {
  readonly from: Value | null;
  readonly to: Value | null;
}

export interface ChangedFile {
  /** The new path, or the old one of what is gone. */
  readonly path: string;
  readonly change: 'new' | 'gone' | 'changed';
  /** Of what both have: the fields that differ. */
  readonly fields: readonly (
    'type' | 'mode' | 'owner' | 'size' | 'content' | 'target' | 'device'
  )[];
  readonly size: FromTo<number>;
}
