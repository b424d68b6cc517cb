/**
 * mkosi's settings (up to version 27) that mean nothing for an initrd. They are listed so that a mkosi
 * drop-in can be moved over with a warning, while a misspelt key stays an error.
 */
const ignored: Readonly<Record<string, ReadonlySet<string>>> = {
  Include: words(`
    Include`),
  Config: words(`
    ConfigureScripts Dependencies MinimumVersion PassEnvironment`),
  Distribution: words(`
    Architecture Distribution LocalMirror Mirror Release Repositories RepositoryKeyCheck
    RepositoryKeyFetch Snapshot`),
  Output: words(`
    CleanScripts ElTorito ElToritoPublisher ElToritoSystem ElToritoVolume ImageId ImageVersion ManifestFormat
    OciAnnotations OciLabels OutputDirectory OutputExtension OutputMode OutputSize Overlay
    RepartDirectories SectorSize Seed SplitArtifacts`),
  Content: words(`
    Autologin BaseTrees BiosBootloader Bootable Bootloader BuildPackages BuildScript BuildScripts
    Devicetree Devicetrees FirmwareExclude FirmwareInclude Hostname InitrdPackages
    InitrdProfiles InitrdVolatilePackages Initrds KernelCommandLine KernelInitrdModules
    KernelModulesInitrd KernelModulesInitrdExclude KernelModulesInitrdInclude
    KernelModulesInitrdIncludeHost Keymap LocaleMessages MachineId MakeInitrd MicrocodeHost
    PackageDirectories PostOutputScripts PrepareScript PrepareScripts RootShell SELinuxRelabel
    ShimBootloader SkeletonTrees Splash Ssh SyncScripts Timezone UnifiedKernelImageFormat
    UnifiedKernelImageProfiles UnifiedKernelImages VolatilePackageDirectories VolatilePackages`),
  Validation: words(`
    Checksum Key OpenPGPTool Passphrase SecureBoot SecureBootAutoEnroll SecureBootCertificate
    SecureBootCertificateSource SecureBootKey SecureBootKeySource SecureBootSignTool Sign
    SignExpectedPcr SignExpectedPcrCertificate SignExpectedPcrCertificateSource
    SignExpectedPcrKey SignExpectedPcrKeySource Verity VerityCertificate VerityCertificateSource
    VerityKey VerityKeySource`),
  Build: words(`
    BuildDirectory BuildKey BuildSources BuildSourcesEphemeral CacheDirectory CacheKey CacheOnly
    EnvironmentFiles ExtraSearchPaths ForeignUIDRange History Incremental MakeScriptsExecutable
    PackageCacheDirectory PackageManagerTrees ProxyClientCertificate ProxyClientKey ProxyExclude
    ProxyPeerCertificate ProxyUrl RepartOffline SandboxTrees ToolsTree ToolsTreeCertificates
    ToolsTreeDistribution ToolsTreeMirror ToolsTreePackageDirectories
    ToolsTreePackageManagerTrees ToolsTreePackages ToolsTreeProfiles ToolsTreeRelease
    ToolsTreeRepositories ToolsTreeSandboxTrees UseSubvolumes WithNetwork WithTests
    WorkspaceDirectory`),
  Runtime: words(`
    BindUser CDROM CPUs CXL Console Credentials DiskType Drives Ephemeral Firmware
    FirmwareVariables ForwardJournal KVM KernelCommandLineExtra Linux Machine MaxMem
    NSpawnSettings QemuArgs QemuCdrom QemuDrives QemuFirmware QemuFirmwareVariables QemuKernel
    QemuKvm QemuMem QemuRemovable QemuSmp QemuSwtpm QemuVsock QemuVsockConnectionId RAM Register
    Removable RuntimeBuildSources RuntimeHome RuntimeNetwork RuntimeScratch RuntimeSize
    RuntimeTrees SshCertificate SshKey StorageTargetMode SysupdateDirectory TPM UnitProperties
    VSock VSockCID VirtualMachineMonitor`),
  UKIProfile: words(`
    Cmdline Profile SignExpectedPcr`),
};

/** Settings of mkosi-initrd's own tree whose value is true here anyway; they bring no warning. */
const alwaysTrue: Readonly<Record<string, string>> = {
  Bootable: 'no',
  MakeInitrd: 'yes',
  ManifestFormat: '',
  SplitArtifacts: '',
  SELinuxRelabel: 'no',
};

/** Old mkosi had [Host] for what is now in these two. */
const hostSections = ['Runtime', 'Build'];

export const mkosiSections: readonly string[] = [...Object.keys(ignored), 'Host'];

/** Sections of which no setting means anything here: one warning is enough for all of it. */
export const mkosiOnlySections: ReadonlySet<string> = new Set([
  'Include',
  'Distribution',
  'Validation',
  'Runtime',
  'UKIProfile',
  'Host',
]);

export function isMkosiSetting(section: string, key: string): boolean {
  if (section === 'Host') return hostSections.some((name) => isMkosiSetting(name, key));
  return mkosiSettingsOf(section)?.has(key) ?? false;
}

export function isAlwaysTrue(key: string, value: string): boolean {
  return Object.hasOwn(alwaysTrue, key) && alwaysTrue[key] === value;
}

/** The section that mkosi has a setting in, for "wrong section" messages. */
export function mkosiSectionOf(key: string): string | undefined {
  return Object.keys(ignored).find((section) => isMkosiSetting(section, key));
}

export function mkosiSettingNames(section: string): readonly string[] {
  return [...(mkosiSettingsOf(section) ?? [])];
}

function mkosiSettingsOf(section: string): ReadonlySet<string> | undefined {
  return Object.hasOwn(ignored, section) ? ignored[section] : undefined;
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
