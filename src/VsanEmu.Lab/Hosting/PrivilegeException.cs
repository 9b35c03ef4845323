namespace VsanEmu.Lab.Hosting;

/// <summary>This process may not build a fabric; the message is one line that says what to do.</summary>
public sealed class PrivilegeException(string message) : Exception(message);
