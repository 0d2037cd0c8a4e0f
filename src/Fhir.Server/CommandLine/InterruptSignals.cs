// Ctrl-C and SIGTERM for verbs whose work can be interrupted and goes on later.

using System.Runtime.InteropServices;

namespace FhirHub.Server;

/// <summary>Turns the first signal into a cancellation. A second one is left to end the process, which the data survive as any crash.</summary>
internal sealed class InterruptSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>From now on the first signal cancels.</summary>
    public InterruptSignals() => _registrations =
        [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>True after the first signal.</summary>
    public bool HasCome => _stop.IsCancellationRequested;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (HasCome)
            return;
        context.Cancel = true;
        _stop.Cancel();
    }
}
