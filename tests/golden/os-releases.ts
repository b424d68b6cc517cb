/** The lines of os-release(5) by which a distribution is known, as it ships them, and the version of its systemd. */
export interface Release {
  readonly text: string;
  readonly systemd: string;
}

const of = (systemd: string, ...lines: readonly string[]): Release => ({
  systemd,
  text: lines.map((line) => `${line}\n`).join(''),
});

// prettier-ignore
export const releases: Readonly<Record<string, Release>> = {
  'Debian 12': of('252', 'VERSION_ID="12"', 'VERSION_CODENAME=bookworm', 'ID=debian'),
  'Debian 13': of('257', 'VERSION_ID="13"', 'VERSION_CODENAME=trixie', 'ID=debian'),
  // A release that is not out has no number yet.
  'Debian testing': of('262', 'PRETTY_NAME="Debian GNU/Linux forky/sid"', 'VERSION_CODENAME=forky', 'ID=debian'),
  'Raspberry Pi OS 12, 32 bit': of('252', 'VERSION_ID="12"', 'VERSION_CODENAME=bookworm', 'ID=raspbian', 'ID_LIKE=debian'),
  'Kali': of('257', 'VERSION_ID="2025.4"', 'VERSION_CODENAME=kali-rolling', 'ID=kali', 'ID_LIKE=debian'),
  'LMDE 6': of('252', 'VERSION_ID="6"', 'ID=linuxmint', 'ID_LIKE=debian', 'VERSION_CODENAME=faye', 'DEBIAN_CODENAME=bookworm'),
  'Ubuntu 22.04': of('249', 'VERSION_ID="22.04"', 'VERSION_CODENAME=jammy', 'ID=ubuntu', 'ID_LIKE=debian', 'UBUNTU_CODENAME=jammy'),
  'Ubuntu 24.04': of('255', 'VERSION_ID="24.04"', 'VERSION_CODENAME=noble', 'ID=ubuntu', 'ID_LIKE=debian', 'UBUNTU_CODENAME=noble'),
  'Ubuntu 25.10': of('257', 'VERSION_ID="25.10"', 'VERSION_CODENAME=questing', 'ID=ubuntu', 'ID_LIKE=debian', 'UBUNTU_CODENAME=questing'),
  'Linux Mint 20.1': of('245', 'VERSION="20.1 (Ulyssa)"', 'ID=linuxmint', 'ID_LIKE=ubuntu', 'VERSION_ID="20.1"', 'VERSION_CODENAME=ulyssa'),
  'Linux Mint 22': of('255', 'VERSION_ID="22"', 'ID=linuxmint', 'ID_LIKE="ubuntu debian"', 'VERSION_CODENAME=wilma', 'UBUNTU_CODENAME=noble'),
  'Pop!_OS 22.04': of('249', 'VERSION_ID="22.04"', 'ID=pop', 'ID_LIKE="ubuntu debian"', 'VERSION_CODENAME=jammy', 'UBUNTU_CODENAME=jammy'),
  'Fedora 42': of('257', 'VERSION_ID=42', 'VERSION_CODENAME=""', 'ID=fedora', 'PLATFORM_ID="platform:f42"'),
  'Fedora Asahi Remix 42': of('257', 'ID=fedora-asahi-remix', 'ID_LIKE=fedora', 'VERSION_ID=42', 'PLATFORM_ID="platform:f42"'),
  'Nobara 42': of('257', 'ID=nobara', 'ID_LIKE="rhel centos fedora"', 'VERSION_ID=42', 'VERSION_CODENAME=""', 'PLATFORM_ID="platform:f42"'),
  'Nobara 43': of('258', 'ID=nobara', 'ID_LIKE="fedora"', 'VERSION_ID=43'),
  'Bazzite 43': of('258', 'ID=bazzite', 'ID_LIKE="fedora"', 'VERSION_ID=43', 'VARIANT_ID=bazzite'),
  'RHEL 9': of('252', 'ID="rhel"', 'ID_LIKE="fedora"', 'VERSION_ID="9.6"', 'PLATFORM_ID="platform:el9"'),
  'CentOS Stream 10': of('257', 'ID="centos"', 'ID_LIKE="rhel fedora"', 'VERSION_ID="10"', 'PLATFORM_ID="platform:el10"'),
  'Rocky Linux 9': of('252', 'ID="rocky"', 'ID_LIKE="rhel centos fedora"', 'VERSION_ID="9.6"', 'PLATFORM_ID="platform:el9"'),
  'AlmaLinux 10': of('257', 'ID="almalinux"', 'ID_LIKE="rhel centos fedora"', 'VERSION_ID="10.0"', 'PLATFORM_ID="platform:el10"'),
  'Oracle Linux 9': of('252', 'NAME="Oracle Linux Server"', 'ID="ol"', 'ID_LIKE="fedora"', 'VARIANT_ID="server"', 'VERSION_ID="9.6"', 'PLATFORM_ID="platform:el9"'),
  'Amazon Linux 2023': of('252', 'NAME="Amazon Linux"', 'VERSION="2023"', 'ID="amzn"', 'ID_LIKE="fedora"', 'VERSION_ID="2023"', 'PLATFORM_ID="platform:al2023"'),
  'openSUSE Leap 15.6': of('254', 'ID="opensuse-leap"', 'ID_LIKE="suse opensuse"', 'VERSION_ID="15.6"'),
  'openSUSE Leap 16.0': of('257', 'ID="opensuse-leap"', 'ID_LIKE="suse opensuse"', 'VERSION_ID="16.0"'),
  'openSUSE Tumbleweed': of('258', 'ID="opensuse-tumbleweed"', 'ID_LIKE="opensuse suse"', 'VERSION_ID="20251120"'),
  'openSUSE MicroOS': of('258', 'ID="opensuse-microos"', 'ID_LIKE="suse opensuse opensuse-tumbleweed microos sl-micro"', 'VERSION_ID="20251120"'),
  'SLES 15 SP6': of('254', 'ID="sles"', 'ID_LIKE="suse"', 'VERSION_ID="15.6"'),
  'SLES 16': of('257', 'ID="sles"', 'ID_LIKE="suse"', 'VERSION_ID="16.0"'),
  'Arch Linux': of('258', 'ID=arch', 'BUILD_ID=rolling', 'VERSION_ID=TEMPLATE_VERSION_ID'),
  'Arch Linux ARM': of('258', 'ID=archarm', 'ID_LIKE=arch', 'BUILD_ID=rolling'),
  'Manjaro': of('258', 'ID=manjaro', 'ID_LIKE=arch', 'BUILD_ID=rolling'),
  'EndeavourOS': of('258', 'ID=endeavouros', 'ID_LIKE=arch', 'BUILD_ID=rolling'),
  'CachyOS': of('258', 'ID=cachyos', 'ID_LIKE=arch', 'BUILD_ID=rolling'),
};
