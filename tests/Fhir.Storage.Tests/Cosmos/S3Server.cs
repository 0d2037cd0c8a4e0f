// npm s3rver, somebody else's S3, as the bucket of the tests.

using System.Diagnostics;
using FhirHub.Smart.Tests;
using FhirHub.Storage.Cosmos;

namespace FhirHub.Storage.Tests.Cosmos;

/// <summary>A running s3rver with the bucket <c>records</c>; it knows access keys and checksums, and does not look at the signature itself.</summary>
public sealed class S3Server : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-s3-").FullName;
    private Process? _process;

    /// <summary>True where there is Node.</summary>
    public static bool IsAvailable => NodeFactAttribute.Find("node") is not null && NodeFactAttribute.Find("npm") is not null;

    /// <summary>Its address; null where Node is missing.</summary>
    public Uri? Endpoint { get; private set; }

    /// <summary>What a store is told of the bucket; each call has a prefix of its own.</summary>
    public S3BlobOptions Options() => new()
    {
        Endpoint = Endpoint ?? throw new InvalidOperationException("Node is missing."),
        Bucket = "records",
        Prefix = $"{Guid.NewGuid():N}/",
        PathStyle = true,
        AccessKey = "S3RVER",
        SecretKey = "S3RVER",
    };

    /// <summary>The file in which an object lies.</summary>
    public string FileOf(string key) => Path.Combine(_folder, "records", $"{key}._S3rver_object");

    /// <summary>Installs it from its lock file if need be, and starts it.</summary>
    public async Task InitializeAsync()
    {
        if (!IsAvailable)
            return;
        var folder = Path.Combine(AppContext.BaseDirectory, "Cosmos", "s3rver");
        var (installed, locked) = (new FileInfo(Path.Combine(folder, "node_modules", ".package-lock.json")), new FileInfo(Path.Combine(folder, "package-lock.json")));
        if (!installed.Exists || installed.LastWriteTimeUtc < locked.LastWriteTimeUtc)
        {
            using var install = Start("npm", folder, "ci", "--no-audit", "--no-fund");
            var output = await install.StandardError.ReadToEndAsync();
            await install.WaitForExitAsync();
            Assert.True(install.ExitCode == 0, output);
        }

        // It makes continuation tokens with a cipher that OpenSSL counts among its old ones.
        _process = Start("node", folder, "--openssl-legacy-provider", "server.js", _folder);
        _process.BeginErrorReadLine();
        Endpoint = new Uri(await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("s3rver did not start."));
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            // It ends when its input does.
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static Process Start(string program, string folder, params string[] arguments)
    {
        var info = new ProcessStartInfo(NodeFactAttribute.Find(program)!) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        return Process.Start(info)!;
    }
}
