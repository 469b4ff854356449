from firstoff.cli import main

main()
