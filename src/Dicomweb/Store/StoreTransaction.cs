// A store transaction (PS3.18 10.5): instances are read one after the other, and wait together until they are on disk.

using System.Buffers;
using FhirHub.Dicom;
using Microsoft.Extensions.Logging;

namespace FhirHub.Dicomweb;

/// <summary>What became of one instance, or of a part that was none.</summary>
internal sealed record InstanceOutcome
{
    /// <summary>Its SOP class, if it was understood so far.</summary>
    public string? SopClass { get; init; }

    /// <summary>Where it belongs; null if its UIDs were not understood.</summary>
    public ImagePath? Path { get; init; }

    /// <summary>Why it was refused; null if it is stored.</summary>
    public StoreFailure? Failure { get; init; }

    /// <summary>Why it was stored with a warning.</summary>
    public WarningReason? Warning { get; init; }
}

/// <summary>Stores the instances of one request, each for itself: what comes later, or never, does not take back what is stored.</summary>
/// <param name="service">The service.</param>
/// <param name="scope">What the request may see.</param>
/// <param name="target">What its address names; null for any study.</param>
/// <param name="duplicates">What becomes of other content; null for what the configuration says.</param>
/// <param name="cancel">The client is gone.</param>
internal sealed class StoreTransaction(
    DicomwebService service, ImageScope scope, ImagePath? target, DuplicatePolicy? duplicates, CancellationToken cancel) : IAsyncDisposable
{
    // Enough that the instances of a request share a commit, and few enough that what waits is bounded.
    private const int MaxWaiting = 32;
    private const int DrainSize = 64 * 1024;

    private readonly List<Task<InstanceOutcome>> _outcomes = [];
    private readonly SemaphoreSlim _waiting = new(MaxWaiting);

    /// <summary>How many instances were taken or refused.</summary>
    public int Count => _outcomes.Count;

    /// <summary>Whether the request has more than may be stored; its rest is not read.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>Notes what can't be stored.</summary>
    public void Refuse(StoreFailure failure) => _outcomes.Add(Task.FromResult(new InstanceOutcome { Failure = failure }));

    /// <summary>Notes that an instance can't be stored.</summary>
    public void Refuse(StoreFailure failure, DicomDataset dataset)
    {
        var outcome = new InstanceOutcome();
        try
        {
            outcome = Outcome(new(dataset, TransferSyntax.ExplicitVRLittleEndian));
        }
        catch (DicomException)
        {
            // A UID of it is itself what is missing.
        }

        _outcomes.Add(Task.FromResult(outcome with { Failure = failure }));
    }

    /// <summary>Notes that the request is not read any further, since it is too large.</summary>
    public void RefuseRest(string comment)
    {
        IsTooLarge = true;
        Refuse(new(FailureReason.OutOfResources, comment));
    }

    /// <summary>Reads an instance as <c>application/dicom</c>: it goes to disk as it comes, and is parsed on the way.</summary>
    public Task AddAsync(Stream body) => TakeAsync(async upload =>
    {
        var reading = new UploadingStream(body, upload, service.Options.InstanceBytes);
        try
        {
            var file = await DicomFile.ReadAsync(reading, service.Options.Reading, upload.Source, cancel);
            if (!reading.HasEnded)
                await DrainAsync(reading);
            return reading.HasHead && file.Meta?.GetString(DicomTags.TransferSyntaxUID) is not null ? (upload, file) : await WithHeadAsync(upload, file);
        }
        finally
        {
            IsTooLarge = reading.IsTooLong;
        }
    });

    /// <summary>Takes a data set that came as metadata with bulk data; it is written as a file of PS3.10.</summary>
    public Task AddAsync(DicomFile file) => TakeAsync(async upload =>
    {
        await DicomWriter.WriteAsync(file, new UploadWriter(upload, service.Options.InstanceBytes), DicomWriteOptions.Conformant, cancel);
        return (upload, await ReadUploadedAsync(upload, null));
    });

    /// <summary>Waits until all that was taken is on disk or refused.</summary>
    /// <returns>The outcomes in the order of the request.</returns>
    public Task<InstanceOutcome[]> CompleteAsync() => Task.WhenAll(_outcomes);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Uploads are given back by who waits for them, also where the request has ended otherwise.
        await ((Task)CompleteAsync()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _waiting.Dispose();
    }

    private async Task TakeAsync(Func<InstanceUpload, Task<(InstanceUpload Upload, DicomFile File)>> read)
    {
        await _waiting.WaitAsync(cancel);
        InstanceUpload? upload = null;
        var isHandedOver = false;
        try
        {
            upload = Begin();
            var (taken, file) = await read(upload);
            if (taken != upload)
            {
                await upload.DisposeAsync();
                upload = taken;
            }

            var outcome = Outcome(file);
            outcome = outcome with { Failure = InstanceAcceptance.Check(file, target, out var hasFaults), Warning = hasFaults ? WarningReason.DataSetDoesNotMatch : null };
            if (outcome.Failure is not null)
            {
                _outcomes.Add(Task.FromResult(outcome));
                return;
            }

            isHandedOver = true;
            _outcomes.Add(StoreAsync(upload, file, outcome));
        }
        catch (DicomException fault)
        {
            _outcomes.Add(Task.FromResult(await UnreadableAsync(upload, fault)));
        }
        catch (UploadException fault)
        {
            Refuse(NoRoom(fault));
        }
        finally
        {
            if (!isHandedOver)
            {
                if (upload is not null)
                    await upload.DisposeAsync();
                _waiting.Release();
            }
        }
    }

    private InstanceUpload Begin()
    {
        try
        {
            return service.Archive.BeginUpload();
        }
        catch (IOException fault)
        {
            throw new UploadException(fault);
        }
    }

    private async Task<InstanceOutcome> StoreAsync(InstanceUpload upload, DicomFile file, InstanceOutcome outcome)
    {
        try
        {
            var result = await service.Archive.StoreAsync(scope, upload, file, duplicates, cancel);
            return outcome with { Failure = FailureOf(result.Outcome) };
        }
        catch (DicomException fault)
        {
            return outcome with { Failure = StoreFailure.Of(fault) };
        }
        catch (IOException fault)
        {
            return outcome with { Failure = NoRoom(fault) };
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            service.Log.LogError(fault, "An instance was not stored.");
            return outcome with { Failure = new(FailureReason.ProcessingFailure, "The server failed to store it; its log tells more. Send it again.") };
        }
        finally
        {
            await upload.DisposeAsync();
            _waiting.Release();
        }
    }

    private StoreFailure NoRoom(Exception fault)
    {
        service.Log.LogError(fault, "The archive can't write.");
        return new(FailureReason.OutOfResources, "The archive can't write it to its disk, which may be full; send it again once there is room.");
    }

    private static StoreFailure? FailureOf(StoreOutcome outcome) => outcome switch
    {
        StoreOutcome.Created or StoreOutcome.Identical or StoreOutcome.Replaced => null,
        StoreOutcome.Conflict => new(FailureReason.DuplicateInstance, "An instance of this UID with other content is stored; PUT replaces it, and keeps the old one as history."),
        StoreOutcome.OtherPatient => new(FailureReason.OtherPatient, "The study is stored for another patient; correct Patient ID and Issuer of Patient ID, or the Study Instance UID.")
        {
            Attributes = [(DicomTags.PatientID, "is not that of the study")],
        },
        _ => new(FailureReason.NotAuthorized, "The request may not store instances of this study."),
    };

    // A data set without the head of PS3.10, or with one that does not say how it is encoded, gets one; its own bytes stay.
    private async Task<(InstanceUpload Upload, DicomFile File)> WithHeadAsync(InstanceUpload bare, DicomFile file)
    {
        var whole = Begin();
        try
        {
            await DicomWriter.WriteHeadAsync(file, new UploadWriter(whole, service.Options.InstanceBytes), cancel);
            var dataset = new SourceStream(bare.Source) { Position = file.DatasetOffset };
            await dataset.CopyToAsync(new UploadWriter(whole, service.Options.InstanceBytes), DrainSize, cancel);
            return (whole, await ReadUploadedAsync(whole, null));
        }
        catch
        {
            await whole.DisposeAsync();
            throw;
        }
    }

    private Task<DicomFile> ReadUploadedAsync(InstanceUpload upload, DicomTag? stopBefore) =>
        DicomFile.ReadAsync(new SourceStream(upload.Source), service.Options.Reading with { StopBefore = stopBefore }, upload.Source, cancel);

    // What a file is can often be told from its beginning, even where it is broken further on.
    private async Task<InstanceOutcome> UnreadableAsync(InstanceUpload? upload, DicomException fault)
    {
        var outcome = new InstanceOutcome();
        try
        {
            if (upload is { Length: > 0 })
                outcome = Outcome(await ReadUploadedAsync(upload, new DicomTag(0x0020_000F)));
        }
        catch (DicomException)
        {
            // Then it is a failure of a part, not of an instance.
        }

        return outcome with { Failure = StoreFailure.Of(fault) };
    }

    private static InstanceOutcome Outcome(DicomFile file)
    {
        var (dataset, meta) = (file.Dataset, file.Meta);
        var sopClass = dataset.GetString(DicomTags.SOPClassUID) ?? meta?.GetString(DicomTags.MediaStorageSOPClassUID);
        var instance = dataset.GetString(DicomTags.SOPInstanceUID) ?? meta?.GetString(DicomTags.MediaStorageSOPInstanceUID);
        if (instance is null)
            return new() { SopClass = sopClass };
        return new() { SopClass = sopClass, Path = new(dataset.GetString(DicomTags.StudyInstanceUID) ?? "", dataset.GetString(DicomTags.SeriesInstanceUID) ?? "", instance) };
    }

    private async Task DrainAsync(UploadingStream reading)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(DrainSize);
        try
        {
            while (await reading.ReadAsync(buffer, cancel) > 0)
            {
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
