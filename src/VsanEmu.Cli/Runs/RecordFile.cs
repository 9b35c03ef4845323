namespace VsanEmu.Cli.Runs;

/// <summary>
/// A record's file: opened before the run, so that a path that cannot be written costs no run, and put in its place only when it is whole, so that
/// an interrupted run leaves an earlier record as it was.
/// </summary>
internal sealed class RecordFile : IDisposable
{
    private readonly string _path;
    private readonly string _partPath;
    private readonly FileStream _part;

    private RecordFile(string path)
    {
        _path = path;
        _partPath = path + ".part";
        _part = new FileStream(_partPath, FileMode.Create, FileAccess.Write);
    }

    /// <summary>Opens it; null when no record is wanted.</summary>
    /// <exception cref="IOException">It cannot be written there.</exception>
    public static RecordFile? Open(FileInfo? file) => file is null ? null : new RecordFile(file.FullName);

    /// <summary>Writes it and puts it in its place.</summary>
    public void Write(Action<Stream> write)
    {
        write(_part);
        _part.Dispose();
        File.Move(_partPath, _path, overwrite: true);
    }

    public void Dispose()
    {
        _part.Dispose();
        if (File.Exists(_partPath)) File.Delete(_partPath);
    }
}
