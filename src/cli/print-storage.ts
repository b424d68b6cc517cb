import type { DriverFacts, StorageNode, StorageStack } from '../model/storage.ts';

/** The storage under each mount point as a tree, the controllers at the end of their disk's line. */
export function printStorage(storage: readonly StorageStack[]): string {
  return storage
    .flatMap(({ purpose, source, fileSystem, below }) => [
      `  ${[purpose, fileSystem, below.length === 0 ? source : null].filter((word) => word !== null).join(' ')}`,
      ...below.flatMap((node, index) => drawn(node, '  ', index === below.length - 1)),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

function drawn(node: StorageNode, indent: string, isLast: boolean): readonly string[] {
  const below = node.type === 'disk' ? [] : node.below;
  const next = `${indent}${isLast ? '   ' : '│  '}`;
  return [
    `${indent}${isLast ? '└─ ' : '├─ '}${label(node)}`,
    ...below.flatMap((each, index) => drawn(each, next, index === below.length - 1)),
  ];
}

function label(node: StorageNode): string {
  switch (node.type) {
    case 'disk':
      return [`disk ${node.device}`, ...node.drivers.flatMap(driverLabel)].join(' ← ');
    case 'crypt': {
      const words = [...node.algorithms, ...node.tokens].join(', ');
      return `${node.format} ${node.name}${words === '' ? '' : ` (${words})`}`;
    }
    case 'raid':
      return `${node.level} ${node.name}`;
    case 'loop':
      return `loop ${node.name} on ${node.file}`;
    case 'lvm':
    case 'multipath':
    case 'mapper':
    case 'partition':
    case 'bcache':
      return `${node.type} ${node.name}`;
    default:
      return node satisfies never;
  }
}

// Ports and bridges that no driver of their own has say nothing.
function driverLabel({ driver, device, role }: DriverFacts): readonly string[] {
  if (driver === null) return [];
  return [`${role === 'supplier' ? 'supplied by ' : ''}${driver} ${device}`];
}
