using VsanEmu.Net.Processes;
using VsanEmu.Net.Tools;

namespace VsanEmu.Lab.Hosting;

/// <summary>
/// The right to make network namespaces. Root has it; an ordinary user gets it inside a user namespace of his own, into which this process moves by
/// becoming <c>unshare</c> and then itself again: same process id, same parent, same terminal, nothing left behind.
/// </summary>
public static class Privilege
{
    // Set in the second life: if the rights are still missing then, a third would not help.
    private const string Marker = "VSANEMU_IN_USER_NAMESPACE";

    /// <summary>True when this process may make namespaces, and build and capture in them.</summary>
    public static bool Suffices => ThisProcess.Has(ThisProcess.NetAdmin, ThisProcess.NetRaw, ThisProcess.SysAdmin);

    /// <summary>True when this process is root only within a user namespace that it made.</summary>
    public static bool InUserNamespace => Environment.GetEnvironmentVariable(Marker) is not null;

    /// <summary>
    /// Returns at once when the rights suffice. Else starts this process over, by the same command line, where they do; call it before anything that
    /// must not happen twice.
    /// </summary>
    /// <exception cref="PrivilegeException">User namespaces are forbidden; the message says what to do.</exception>
    public static void EnsureOrReexec()
    {
        if (Suffices) return;
        if (InUserNamespace) throw new PrivilegeException("this user namespace does not give the rights to make network namespaces: run as root");
        string unshare = Tool.Find("unshare") ?? throw new PrivilegeException("unshare is not installed: run as root, or: apt-get install -y util-linux");
        TryOut();
        string self = Environment.ProcessPath ?? throw new PrivilegeException("this program's path is unknown: run as root");
        ThisProcess.Become(unshare, ["-Urnm", self, .. ThisProcess.CommandLine.Skip(1)], (Marker, "1"));
    }

    // Once this process has become unshare it is too late to explain.
    private static void TryOut()
    {
        try
        {
            Tool.Run("unshare", ["-Urnm", "unshare", "-n", "true"]);
        }
        catch (ToolException e)
        {
            throw new PrivilegeException(Explain(e.Message));
        }
    }

    private static string Explain(string failure)
    {
        const string asRoot = "run as root";
        if (Environment.IsPrivilegedProcess)
            return $"root lacks CAP_SYS_ADMIN, CAP_NET_ADMIN or CAP_NET_RAW here, and user namespaces are forbidden: a container needs --privileged ({failure})";
        if (Setting("kernel/unprivileged_userns_clone") == "0") return $"user namespaces are forbidden: {asRoot}, or as root: sysctl kernel.unprivileged_userns_clone=1";
        if (Setting("user/max_user_namespaces") == "0") return $"user namespaces are forbidden: {asRoot}, or as root: sysctl user.max_user_namespaces=10000";
        if (Setting("kernel/apparmor_restrict_unprivileged_userns") == "1")
            return $"AppArmor restricts user namespaces: {asRoot}, or as root: sysctl kernel.apparmor_restrict_unprivileged_userns=0";
        return $"no user namespace can be made: {asRoot}; a container needs --privileged ({failure})";
    }

    private static string? Setting(string path)
    {
        string file = $"/proc/sys/{path}";
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }
}
