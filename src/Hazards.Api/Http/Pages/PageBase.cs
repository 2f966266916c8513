using Microsoft.AspNetCore.Components;

namespace Hazards.Api.Http.Pages;

/// <summary>A page: loads what it shows, then is written once, whole.</summary>
public abstract class PageBase : ComponentBase
{
    /// <summary>The request.</summary>
    [Inject]
    internal PageCall P { get; set; } = null!;

    /// <summary>Asks for what the page shows.</summary>
    protected virtual Task LoadAsync() => Task.CompletedTask;

    /// <inheritdoc />
    public override async Task SetParametersAsync(ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        try
        {
            if (P.Refusal is null)
                await LoadAsync();
        }
        catch (PageRefusedException e)
        {
            P.Refusal = e.Refusal;
        }

        if (P.Refusal is { } refusal)
            P.Http.Response.StatusCode = Problem.StatusOf(refusal.Reason);
        await base.SetParametersAsync(ParameterView.Empty);
    }
}

/// <summary>A piece of a page: knows the request.</summary>
public abstract class Piece : ComponentBase
{
    /// <summary>The request.</summary>
    [Inject]
    internal PageCall P { get; set; } = null!;
}
