// Work that one server of several is to do: whoever holds the lease of its name does it, and another one when that server ends or dies.

using System.Text.Json;

namespace FhirHub.Storage;

/// <summary>
/// The right to do something for as long as it is renewed. It is a record of the state store, written by whoever takes, renews or releases it and only if
/// nobody else did since it was read.
/// </summary>
/// <remarks>
/// A holder takes its lease for lost when it could not renew it for its length, by a clock that only goes forward. Others take it a margin after that, by
/// theirs, so clocks may differ by the margin. What must not be done twice even by a holder that was stopped in between carries the <see cref="Token"/>.
/// </remarks>
public sealed class Lease : IAsyncDisposable
{
    /// <summary>The kind of the records.</summary>
    public const string Kind = "lease";

    // A length is divided into so many renewals.
    private const int Renewals = 3;

    private readonly IStateStore _store;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _length;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _work;
    private StateRecord _record;

    private Lease(IStateStore store, StateRecord record, long token, TimeSpan length, TimeProvider clock, long taken)
    {
        (_store, _record, _length, _clock, Token) = (store, record, length, clock, token);
        _work = Task.Run(() => RenewAsync(taken));
    }

    /// <summary>A number that is greater than those of all who held the lease before.</summary>
    public long Token { get; }

    /// <summary>Is cancelled when the lease is lost: the work must stop.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Takes a lease.</summary>
    /// <param name="store">Where it is kept.</param>
    /// <param name="name">What it is for.</param>
    /// <param name="length">Time for which it is held without being renewed.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The lease, which is released when it is disposed; null if another one holds it.</returns>
    public static async Task<Lease?> TryTakeAsync(IStateStore store, string name, TimeSpan length, TimeProvider clock, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(clock);
        var found = await store.FindAsync(Kind, name, cancel);
        var held = found is null ? new Body(0, DateTimeOffset.MinValue) : JsonSerializer.Deserialize<Body>(found.Body.Span)!;
        if (held.Until + MarginOf(length) > clock.GetUtcNow())
            return null;
        var taken = clock.GetTimestamp();
        var token = held.Token + 1;
        return await store.PutAsync(Write(name, token, clock.GetUtcNow() + length), found?.Version ?? 0, cancel) is { } record
            ? new Lease(store, record, token, length, clock, taken)
            : null;
    }

    /// <summary>Takes a lease as soon as nobody else holds it.</summary>
    public static async Task<Lease> TakeAsync(IStateStore store, string name, TimeSpan length, TimeProvider clock, CancellationToken cancel)
    {
        while (true)
        {
            if (await TryTakeAsync(store, name, length, clock, cancel) is { } lease)
                return lease;
            await Task.Delay(length / (Renewals * Renewals), clock, cancel);
        }
    }

    /// <summary>Releases it, so that others need not wait.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _work;
        try
        {
            // The record stays: the next holder's token is greater than this one's.
            if (!_lost.IsCancellationRequested)
                await _store.PutAsync(Write(_record.Id, Token, DateTimeOffset.MinValue), _record.Version, CancellationToken.None);
        }
        catch (Exception failure) when (failure is StoreException or StoreBusyException)
        {
            // It ends by itself after its length.
        }

        _ending.Dispose();
        _lost.Dispose();
    }

    private static TimeSpan MarginOf(TimeSpan length) => length / 2;

    private static StateRecord Write(string name, long token, DateTimeOffset until) => new(Kind, name, JsonSerializer.SerializeToUtf8Bytes(new Body(token, until)));

    private async Task RenewAsync(long renewed)
    {
        try
        {
            while (_clock.GetElapsedTime(renewed) < _length)
            {
                await Task.Delay(_length / Renewals, _clock, _ending.Token);
                var now = _clock.GetTimestamp();
                if (_clock.GetElapsedTime(renewed, now) >= _length)
                    break;
                try
                {
                    using var limit = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
                    limit.CancelAfter(_length / Renewals);
                    if (await _store.PutAsync(Write(_record.Id, Token, _clock.GetUtcNow() + _length), _record.Version, limit.Token) is not { } record)
                        break;
                    (_record, renewed) = (record, now);
                }
                catch (Exception failure) when (failure is StoreException or StoreBusyException or OperationCanceledException && !_ending.IsCancellationRequested)
                {
                    // The next renewal may succeed before the time is over.
                }
            }

            await _lost.CancelAsync();
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // It is released.
        }
    }

    private sealed record Body(long Token, DateTimeOffset Until);
}
