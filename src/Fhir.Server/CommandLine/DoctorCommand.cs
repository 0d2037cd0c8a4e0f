// doctor: what is well on this machine and what is not, before a server is asked.

using System.Buffers;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using FhirHub.Dicom.Pixels.Native;
using FhirHub.Dicomweb;
using FhirHub.Search;
using FhirHub.Storage;
using FhirHub.Storage.Cosmos;

namespace FhirHub.Server;

/// <summary>The verb <c>doctor</c>.</summary>
internal static class DoctorCommand
{
    private const string JpegPrefix = "1.2.840.10008.1.2.";

    private static readonly Option<bool> Verify = new("--verify") { Description = "Read all images that are stored, and compare them with the index; read all large bodies beside a Cosmos database" };

    /// <summary>The verb with its help.</summary>
    public static Command Create()
    {
        var command = new Command("doctor", "Look whether configuration, data folder and image codecs are well") { DataFolderVerb.Data, Verify };
        command.Options.Add(VerbHelp.Option(
            """
            One line for each thing that it looks at: 'ok', 'missing' where something that can be done without is not installed,
            with the package to install, and 'wrong' with what to do. It changes nothing. A folder that a server has open is left alone.
            Transfer syntaxes are told by what follows 1.2.840.10008.1.2. in their UIDs. Settings are those of serve
            (--FhirHub:Key=value).
            Exit codes: 0 nothing is wrong, 1 something is, 2 usage.
            """));
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        if (!await ServeCommand.AreSettingsAsync(parsed, "doctor"))
            return FhirHubCommand.UsageError;
        var report = new Report(Console.Out);
        report.Add("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount} processors");
        if (Configuration(parsed, report) is { } options)
        {
            if (options.Cosmos is { } cosmos)
                await CosmosAsync(options, cosmos, parsed.GetValue(Verify), report, cancel);
            if (DataFolder(options, report))
            {
                if (options.Cosmos is null)
                    await RecordsAsync(options, report);
                await ImagesAsync(options, parsed.GetValue(Verify), report, cancel);
            }
        }

        using (var workers = new PixelWorkers(PixelWorkerCommand.Options))
        {
            foreach (var codec in PixelCodecs.Create(workers).All)
                await CodecAsync(codec, report, cancel);
        }

        return report.IsWell ? 0 : DataFolderVerb.Failed;
    }

    private static FhirHubOptions? Configuration(ParseResult parsed, Report report)
    {
        try
        {
            string[] data = parsed.GetValue(DataFolderVerb.Data) is { } path ? [$"--FhirHub:DataPath={path}"] : [];
            var options = FhirHost.ReadOptions([.. parsed.UnmatchedTokens, .. data]);
            report.Add("configuration", $"authorization {options.AuthMode}, storage {options.StorageProvider}, images {(options.Imaging.Enabled ? "on" : "off")}");
            return options;
        }
        catch (ConfigurationException fault)
        {
            report.Wrong("configuration", fault.Message);
            return null;
        }
    }

    // True if there is a folder that nobody has open.
    private static bool DataFolder(FhirHubOptions options, Report report)
    {
        var path = Path.GetFullPath(options.DataPath);
        if (!Directory.Exists(path))
        {
            report.Add("data folder", $"{path} does not exist; the first start makes it");
            return false;
        }

        try
        {
            using (DataFolderLock.Take(path))
            {
                var probe = Path.Combine(path, $"doctor-{Environment.ProcessId}");
                File.WriteAllBytes(probe, []);
                File.Delete(probe);
            }

            report.Add("data folder", string.Create(CultureInfo.InvariantCulture, $"{path}, {new DriveInfo(path).AvailableFreeSpace / 1e9:N1} GB free"));
            return true;
        }
        catch (DataFolderInUseException)
        {
            report.Add("data folder", $"{path} is in use by a server or an import; what it holds is not looked at");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            report.Wrong("data folder", $"{path} can't be written: {e.Message}");
        }

        return false;
    }

    // The store is not in the data folder, and other servers use it meanwhile.
    private static async Task CosmosAsync(FhirHubOptions options, CosmosOptions cosmos, bool verify, Report report, CancellationToken cancel)
    {
        if (cosmos.BlobFolder is { } folder && !Directory.Exists(folder))
        {
            report.Add("blobs", $"{folder} does not exist; the first start makes it");
            cosmos = cosmos with { BlobFolder = null };
        }

        var index = IndexFingerprint.Of(SearchParameterRegistry.R4, new IndexOptions { BaseUrls = options.BaseUrls, Pinyin = options.Pinyin });
        try
        {
            await foreach (var finding in CosmosExamination.ExamineAsync(cosmos.ToStoreOptions(new OptionsOfNoWrites { Extract = static (_, _) => [], IndexFingerprint = index }), verify, cancel))
            {
                if (finding.IsWell)
                    report.Add(finding.What, finding.Words);
                else
                    report.Wrong(finding.What, finding.Words);
            }
        }
        catch (Exception e) when (e is StoreException or ArgumentException)
        {
            report.Wrong("records", e.Message.ReplaceLineEndings(" "));
        }
    }

    private static async Task RecordsAsync(FhirHubOptions options, Report report)
    {
        if (!File.Exists(Path.Combine(options.DataPath, "fhir.db")))
        {
            report.Add("records", "none yet; the first start makes the store");
            return;
        }

        try
        {
            await using var server = FhirServer.Open(options);
            if (server.Store.NeedsReindex)
                report.Wrong("records", "the index is of other search parameters or of another version; run the verb 'reindex'");
            else
                report.Add("records", $"{new FileInfo(Path.Combine(options.DataPath, "fhir.db")).Length:N0} bytes, indexed for all search parameters");
        }
        catch (Exception e) when (e is StoreException or IOException or UnauthorizedAccessException or ConfigurationException)
        {
            report.Wrong("records", e.Message);
        }
    }

    private static async Task ImagesAsync(FhirHubOptions options, bool verify, Report report, CancellationToken cancel)
    {
        var service = options.Imaging.Service;
        if (!options.Imaging.Enabled || !Directory.Exists(service.Path))
        {
            report.Add("images", options.Imaging.Enabled ? "none yet; the first start makes the archive" : "off (FhirHub:Dicomweb:Enabled)");
            return;
        }

        try
        {
            await using var archive = ImageArchive.Open(service, TimeProvider.System);
            if (!verify)
            {
                report.Add("images", "the archive opens; --verify reads all of it");
                return;
            }

            var faults = await archive.VerifyAsync(cancel);
            if (faults.Count == 0)
                report.Add("images", "all that is stored is as it was stored");
            foreach (var fault in faults)
                report.Wrong("images", fault);
        }
        catch (Exception e) when (e is ArchiveException or IOException or UnauthorizedAccessException)
        {
            report.Wrong("images", e.Message);
        }
    }

    private static async Task CodecAsync(IPixelCodec codec, Report report, CancellationToken cancel)
    {
        var does = $"decodes {Syntaxes(codec.Decodes)}; encodes {Syntaxes(codec.Encodes)}";
        if (codec.Unavailable is { } reason)
        {
            report.Missing($"codec {codec.Name}", $"{reason}. With it: {does}");
            return;
        }

        try
        {
            if (codec.Encodes.FirstOrDefault() is { } syntax)
                does += await TryAsync(codec, syntax, cancel);
            report.Add($"codec {codec.Name}", does);
        }
        catch (DicomException fault)
        {
            report.Wrong($"codec {codec.Name}", $"a small image that it encodes can't be decoded: {fault.Reason}{(fault.InnerException is { } cause ? $" ({cause.Message.TrimEnd('.')})" : "")}");
        }
    }

    // A small image there and back, by a worker where the codec is a library.
    private static async Task<string> TryAsync(IPixelCodec codec, TransferSyntax syntax, CancellationToken cancel)
    {
        var image = new PixelDescription { Rows = 8, Columns = 8, BitsAllocated = 8, BitsStored = 8, HighBit = 7 };
        var encoded = new ArrayBufferWriter<byte>();
        var pixels = new byte[image.FrameBytes];
        var told = await codec.EncodeAsync(pixels, image, syntax, PixelEncodeOptions.Default, encoded, cancel);
        var clock = Stopwatch.StartNew();
        await codec.DecodeAsync(encoded.WrittenMemory, syntax, told, pixels, cancel);
        return $"; decoded a small image in {clock.ElapsedMilliseconds:N0} ms";
    }

    // As the standard's tables have them, without what all of them begin with.
    private static string Syntaxes(IReadOnlyCollection<TransferSyntax> syntaxes) =>
        syntaxes.Count == 0 ? "nothing" : string.Join(' ', syntaxes.Select(static syntax => syntax.Uid[JpegPrefix.Length..]));

    private sealed record OptionsOfNoWrites : ResourceStoreOptions;

    private sealed class Report(TextWriter output)
    {
        public bool IsWell { get; private set; } = true;

        public void Add(string what, string state) => Write("ok", what, state);

        public void Missing(string what, string reason) => Write("missing", what, reason);

        public void Wrong(string what, string reason)
        {
            IsWell = false;
            Write("wrong", what, reason);
        }

        private void Write(string state, string what, string words) => output.WriteLine($"{state,-8} {what}: {words}");
    }
}
