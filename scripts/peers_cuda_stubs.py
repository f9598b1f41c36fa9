"""Lets PyTorch's published Linux wheel, which is linked against CUDA, run on a machine without CUDA's 2 GB of packages.

Every kernel a CPU runs is in the wheel as published and stays untouched. Its loader only insists that CUDA's libraries
exist, so libraries of their names are compiled whose functions all answer "no device" (cudaErrorNoDevice, 100).
"""
import pathlib
import re
import shutil
import subprocess
import tempfile

NO_DEVICE = 100
CUDA_SYMBOL = re.compile(r'^(__cuda|cuda|cudnn|cublas|cusparse|cusolver|cufft|cuFile|cu[A-Z]|cupti|nccl|nvrtc|nvshmem)\w*$')
CUDA_LIBRARY = re.compile(r'^lib(cu|nccl|nvrtc|nvshmem|nvJitLink|nvToolsExt)\S*\.so\.\d+$')
TOOLS = ('cc', 'nm', 'readelf')


def missing_tools():
    """The programs that `write_stubs` needs and that are not on the PATH."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def _imports(library):
    """(sonames of CUDA libraries, {symbol: version or None}) that one library asks for."""
    dynamic = subprocess.run(['readelf', '-d', '-W', library], check=True, capture_output=True, text=True).stdout
    names = re.findall(r'\(NEEDED\).*\[(.+)\]', dynamic)
    listing = subprocess.run(['nm', '-D', '--undefined-only', library], check=True, capture_output=True, text=True).stdout
    symbols = {}
    for line in listing.splitlines():
        symbol, _, version = line.split()[-1].partition('@')
        if CUDA_SYMBOL.match(symbol):
            symbols[symbol] = version.lstrip('@') or None
    return {name for name in names if CUDA_LIBRARY.match(name)}, symbols


def write_stubs(torch_libraries):
    """Compiles the missing CUDA libraries into `torch_libraries` (site-packages/torch/lib, which its rpath searches).

    Returns the names written; none where PyTorch does not ask for CUDA, as on macOS.
    """
    folder = pathlib.Path(torch_libraries)
    sonames, versions = set(), {}
    for library in sorted(folder.glob('lib*.so')):
        needed, symbols = _imports(str(library))
        sonames |= needed
        versions.update(symbols)
    written = []
    for soname in sorted(sonames):
        # A version node is named after its library; what carries no version may come from any of them.
        own = sorted(symbol for symbol, version in versions.items() if version == soname)
        free = sorted(symbol for symbol, version in versions.items() if version not in sonames) if not written else []
        source = ''.join(f'int {symbol}(void) {{ return {NO_DEVICE}; }}\n' for symbol in own + free)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            code, script, output = (pathlib.Path(scratch, name) for name in ('stub.c', 'stub.map', 'stub.so'))
            code.write_text(source)
            script.write_text(f'{soname} {{ global: {" ".join(name + ";" for name in own)} }};\n' if own else '')
            command = ['cc', '-shared', '-fPIC', '-fno-builtin', '-w', f'-Wl,-soname,{soname}', '-o', str(output), str(code)]
            subprocess.run(command + ([f'-Wl,--version-script={script}'] if own else []), check=True)
            output.replace(folder / soname)
        written.append(soname)
    return written
