// One process at a time writes a data folder: a server or an import.

namespace FhirHub.Server;

/// <summary>The data folder is held by another process.</summary>
public sealed class DataFolderInUseException(string dataPath)
    : IOException($"The data folder '{dataPath}' is in use by another FhirHub process, a server or an import. End that first, or send the records to the running server.");

/// <summary>The hold of a process on a data folder. It is the operating system's, so it ends with the process, however that ends.</summary>
internal sealed class DataFolderLock : IDisposable
{
    private readonly FileStream _file;

    private DataFolderLock(FileStream file) => _file = file;

    /// <summary>Takes the folder, which is made if it does not exist.</summary>
    /// <exception cref="DataFolderInUseException">Another process has it.</exception>
    public static DataFolderLock Take(string dataPath)
    {
        Directory.CreateDirectory(dataPath);
        var path = Path.Combine(dataPath, "lock");
        try
        {
            return new DataFolderLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new DataFolderInUseException(dataPath);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
