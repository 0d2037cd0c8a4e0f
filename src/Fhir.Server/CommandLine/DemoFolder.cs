// The data folder of a demonstration: which region it holds, and whether all of it is there.

using System.Globalization;
using System.Text.Json;
using FhirHub.Samples.Region;

namespace FhirHub.Server;

/// <summary>
/// A folder with the file <c>demo.json</c>, which is there before the first record: a folder with records and without it is not ours, and
/// is never touched.
/// </summary>
internal sealed class DemoFolder
{
    private readonly string _path;

    private DemoFolder(string path, RegionSettings? settings, bool isLoaded)
    {
        _path = path;
        Settings = settings;
        IsLoaded = isLoaded;
    }

    /// <summary>The region that the folder holds, or part of; null for a new folder.</summary>
    public RegionSettings? Settings { get; }

    /// <summary>True if all of the region is there.</summary>
    public bool IsLoaded { get; }

    /// <summary>Looks what a folder holds.</summary>
    /// <exception cref="IOException">It holds records that are no demonstration.</exception>
    public static DemoFolder Find(string path)
    {
        var note = Path.Combine(path, "demo.json");
        if (File.Exists(note))
            return Read(path, note);
        if (File.Exists(Path.Combine(path, "fhir.db")))
            throw new IOException($"'{path}' holds records that are no demonstration; name another folder with --FhirHub:DataPath.");
        return new DemoFolder(path, null, isLoaded: false);
    }

    /// <summary>Notes that a region is about to be loaded.</summary>
    /// <exception cref="IOException">The folder has another region.</exception>
    public void Claim(RegionSettings settings)
    {
        if (Settings is not null && Settings != settings)
        {
            throw new IOException(string.Create(
                CultureInfo.InvariantCulture,
                $"'{_path}' holds the region of {Settings.Patients} patients with seed {Settings.Seed}; leave --patients and --seed out, delete the folder, or name another one with --FhirHub:DataPath."));
        }

        if (Settings is null)
            Note(settings, isLoaded: false);
    }

    /// <summary>Notes that all of the region is there.</summary>
    public void Finish(RegionSettings settings)
    {
        if (!IsLoaded)
            Note(settings, isLoaded: true);
    }

    private static DemoFolder Read(string path, string note)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(note));
            var root = json.RootElement;
            var settings = new RegionSettings(root.GetProperty("patients").GetInt32(), root.GetProperty("seed").GetInt64())
            {
                Today = DateOnly.ParseExact(root.GetProperty("today").GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture),
            };
            return new DemoFolder(path, settings, root.GetProperty("isLoaded").GetBoolean());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new IOException($"'{note}' can't be read; delete the folder to make the demonstration anew.", e);
        }
    }

    // Written beside and moved, so that the file is always whole.
    private void Note(RegionSettings settings, bool isLoaded)
    {
        Directory.CreateDirectory(_path);
        var note = Path.Combine(_path, "demo.json");
        using (var file = new FileStream($"{note}.new", FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, new
            {
                patients = settings.Patients,
                seed = settings.Seed,
                today = settings.Today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                isLoaded,
            });
            file.Flush(flushToDisk: true);
        }

        File.Move($"{note}.new", note, overwrite: true);
    }
}
