// A generated region on its way into the store, the way that imports take.

using System.Globalization;
using FhirHub.Samples.Region;
using FhirHub.Search;

namespace FhirHub.Server;

/// <summary>Loads regions.</summary>
internal static class RegionLoading
{
    /// <summary>Loads what is not there yet, and tells how far it is; false if it was stopped before the end.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="settings">The region.</param>
    /// <param name="output">Takes the progress.</param>
    /// <param name="errors">Takes what fails.</param>
    /// <param name="stop">Stops after the resources at hand; the next load goes on.</param>
    /// <exception cref="IOException">Something of it can't be stored.</exception>
    public static async Task<bool> LoadAsync(FhirServer server, RegionSettings settings, TextWriter output, TextWriter errors, CancellationToken stop)
    {
        var progress = new ImportProgress(output, errors);
        using var journal = await ImportJournal.OpenAsync(
            server.Options.DataPath,
            async key => await server.Store.ReadAsync(AccessScope.Full, key, CancellationToken.None) is not null,
            CancellationToken.None);
        var importer = new Importer(
            server.Repository, new TransactionInteraction(server.Repository, Patch.Read), journal, progress, new ImportSettings { StopOnError = true });
        using var stopping = stop.Register(importer.Stop);

        // Patients are what the progress counts; nobody knows yet how many bytes there will be.
        var made = 0;
        progress.TotalBytes = settings.Patients;
        progress.BytesRead = () => Volatile.Read(ref made);
        await progress.ShowAsync(importer.RunAsync(Documents()));
        progress.Summarize();
        return progress.Failed > 0
            ? throw new IOException("The region could not be loaded whole; the reasons are above.")
            : !stop.IsCancellationRequested;

        IEnumerable<ImportDocument> Documents()
        {
            var source = new ImportSource("region", string.Create(CultureInfo.InvariantCulture, $"region-{settings.Patients}-{settings.Seed}-{settings.Today:yyyyMMdd}"));
            var line = 0;
            foreach (var resource in new RegionGenerator(settings).Generate())
            {
                if (resource.Type == "Patient")
                    Volatile.Write(ref made, made + 1);
                yield return new ImportDocument(source, ++line, resource.Json);
            }
        }
    }
}
